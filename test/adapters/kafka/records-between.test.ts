import { describe, expect, it } from '@jest/globals';
import { recordsBetween, type ReadFrom } from '../../../adapters/kafka/records-between.ts';

/** A partition that has records at these offsets, and reads two offsets at a time. */
const partitionWith =
  (...offsets: readonly bigint[]): ReadFrom =>
  async (from) => ({
    records: offsets
      .filter((offset) => offset >= from && offset < from + 2n)
      .map((offset) => ({ offset, timestampMs: Number(offset) * 10 })),
    next: from + 2n,
    isOutOfRange: false,
  });

const RANGE = { start: 0n, end: 12n };

describe('the records of a partition between two offsets', () => {
  it('are counted with their timestamps, both ends left out', async () => {
    const read = partitionWith(5n, 6n, 7n, 8n, 9n);
    expect(await recordsBetween(5n, 9n, RANGE, read)).toEqual({
      records: 3,
      isAll: true,
      isFollowed: true,
      oldestMs: 60,
      newestMs: 80,
    });
  });

  it('are none where only markers and aborted records lie', async () => {
    expect(await recordsBetween(5n, 9n, RANGE, partitionWith())).toMatchObject({
      records: 0,
      isAll: true,
      oldestMs: undefined,
    });
  });

  it('begin where the partition begins', async () => {
    expect(await recordsBetween(2n, 9n, { start: 7n, end: 12n }, partitionWith(4n, 7n, 8n))).toMatchObject({
      records: 2,
      oldestMs: 70,
    });
  });

  it('are not followed where the partition ends before', async () => {
    expect(await recordsBetween(5n, 12n, RANGE, partitionWith(6n))).toMatchObject({ records: 1, isFollowed: false });
    expect(await recordsBetween(5n, 11n, RANGE, partitionWith(6n))).toMatchObject({ records: 1, isFollowed: true });
  });

  it('may be more where an open transaction or the retention stops the reader', async () => {
    const stuck: ReadFrom = async (from) => ({ records: [], next: from, isOutOfRange: false });
    const removed: ReadFrom = async (from) => ({ records: [], next: from, isOutOfRange: true });
    for (const read of [stuck, removed])
      expect(await recordsBetween(5n, 9n, RANGE, read)).toMatchObject({ records: 0, isAll: false });
  });

  it('may be more where there are too many to count', async () => {
    const endless: ReadFrom = async (from) => ({
      records: [{ offset: from, timestampMs: 0 }],
      next: from + 1n,
      isOutOfRange: false,
    });
    expect(await recordsBetween(-1n, 1_000n, { start: 0n, end: 2_000n }, endless)).toMatchObject({
      records: 100,
      isAll: false,
      isFollowed: true,
    });
  });
});
