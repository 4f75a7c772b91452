import { describe, expect, it } from '@jest/globals';
import { hasTransactions, type Fetched } from '../../../adapters/kafka/committed.ts';
import { isExpired } from '../../../adapters/kafka/expired.ts';

const reading =
  (changes: { next?: bigint; isOutOfRange?: boolean; hasTransactions?: boolean } = {}) =>
  async () => ({ next: 10n, isOutOfRange: false, hasTransactions: false, ...changes });

describe('records that retention has removed before they were counted', () => {
  it('are told by a partition that begins behind the next offset', async () => {
    expect(await isExpired(5n, 7n, reading())).toBe(true);
  });

  it('are none where the partition begins at the next offset or before: nothing is read then', async () => {
    const never = () => Promise.reject(new Error('read'));
    expect(await isExpired(5n, 6n, never)).toBe(false);
    expect(await isExpired(5n, 0n, never)).toBe(false);
  });

  it.each([
    ['transactions are written: the offsets may have been markers', { hasTransactions: true }],
    ['nothing is left to tell by', { next: 7n }],
    ['retention goes on at this moment', { isOutOfRange: true }],
  ])('are not told where %s', async (_, changes) => {
    expect(await isExpired(5n, 7n, reading(changes))).toBe(false);
  });
});

describe('what was fetched of a partition', () => {
  const fetched = (...attributes: readonly number[]) =>
    ({ records: attributes.map((one) => ({ attributes: one })) }) as unknown as Fetched;

  it('has transactions where a record of one or a marker is among it', () => {
    expect(
      [fetched(0, 0b1000), fetched(0, 0b1_0000), fetched(0b10_0000), fetched(0, 0b11_0000, 0)].map(hasTransactions),
    ).toEqual([false, true, true, true]);
    expect([fetched(), { records: null }].map(hasTransactions)).toEqual([false, false]);
  });
});
