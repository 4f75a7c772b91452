import { describe, expect, it } from '@jest/globals';
import { firstBetween } from '../../../adapters/kafka/skipped.ts';

interface Topic {
  /** Offsets that have a record. */
  readonly records: readonly number[];
  readonly start?: number;
  /** From here on a transaction is open. */
  readonly stableEnd?: number;
  /** Offsets that one read looks through. */
  readonly perRead?: number;
}

/** What lies between the offsets 4 and 9. */
function between({ records, start = 0, stableEnd = 100, perRead = 3 }: Topic): Promise<bigint | undefined> {
  return firstBetween(4n, 9n, BigInt(start), async (from) => {
    const end = Math.min(Number(from) + perRead, stableEnd);
    const found = records
      .filter((offset) => offset >= Number(from) && offset < end)
      .map((offset) => ({ offset: BigInt(offset) }));
    return { records: found, next: BigInt(Math.max(end, Number(from))), isOutOfRange: Number(from) < start };
  });
}

describe('the first record between two offsets of a partition', () => {
  it('is the one behind the first offset', async () => {
    expect(await between({ records: [4, 5, 6, 9] })).toBe(5n);
  });

  it('is found behind offsets that hold no record, over several reads', async () => {
    expect(await between({ records: [4, 8, 9] })).toBe(8n);
  });

  it('is none where markers and compaction left nothing', async () => {
    expect(await between({ records: [4, 9, 10] })).toBeUndefined();
  });

  it('is looked for from where the partition begins, when retention has removed what was before', async () => {
    expect(await between({ records: [7, 9], start: 7 })).toBe(7n);
    expect(await between({ records: [9], start: 9 })).toBeUndefined();
  });

  it('is not known behind a transaction that is open', async () => {
    expect(await between({ records: [8, 9], stableEnd: 6 })).toBeUndefined();
  });
});
