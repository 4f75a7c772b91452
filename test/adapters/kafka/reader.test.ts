import { describe, expect, it } from '@jest/globals';
import { FetchIsolationLevels, ListOffsetTimestamps, type Consumer } from '@platformatic/kafka';
import { KafkaReader } from '../../../adapters/kafka/reader.ts';

const recordAt = (offset: bigint) => ({
  attributes: 0,
  firstOffset: offset,
  lastOffsetDelta: 0,
  firstTimestamp: 5n,
  maxTimestamp: 5n,
  producerId: -1n,
  records: [{ offsetDelta: 0, timestampDelta: 0n, key: null, value: null, headers: [] }],
});

/** A client that lists the partitions of its answers in descending order, and some that nobody has asked for. */
function clientOf(answered: readonly number[]): Consumer {
  const partitions = Array.from({ length: 5 }, (_, partition) => ({ leader: partition % 2, leaderEpoch: 0 }));
  return {
    topics: { has: () => true },
    metadata: async () => ({ topics: new Map([['t', { id: 'id-of-t', partitions, partitionsCount: 5 }]]) }),
    listOffsets: async ({ timestamp, isolationLevel }: { timestamp: bigint; isolationLevel: number }) => {
      const offsets = new Array<bigint>(5);
      const add =
        timestamp === ListOffsetTimestamps.EARLIEST
          ? 0n
          : isolationLevel === FetchIsolationLevels.READ_COMMITTED
            ? 5n
            : 7n;
      for (const partition of answered) offsets[partition] = BigInt(partition) * 10n + add;
      return new Map([['t', offsets]]);
    },
    fetch: async () => ({
      responses: [
        {
          partitions: answered.map((partitionIndex) => ({
            partitionIndex,
            errorCode: 0,
            lastStableOffset: 99n,
            abortedTransactions: null,
            records: [recordAt(BigInt(partitionIndex) * 10n)],
          })),
        },
      ],
    }),
  } as unknown as Consumer;
}

describe('reading a topic by partition', () => {
  it('finds the records of each partition, in whichever order the brokers answer', async () => {
    const reader = new KafkaReader(clientOf([4, 3, 2, 1, 0]));
    const reads = await reader.read(
      't',
      new Map([
        [3, 30n],
        [1, 10n],
        [2, 20n],
      ]),
    );
    const found = [...reads].map(([partition, { records, next }]) => [
      partition,
      records.map(({ offset }) => offset),
      next,
    ]);
    expect(found.sort()).toEqual([
      [1, [10n], 11n],
      [2, [20n], 21n],
      [3, [30n], 31n],
    ]);
  });

  it('stays at its position in a partition that no broker has answered for', async () => {
    const reads = await new KafkaReader(clientOf([3])).read(
      't',
      new Map([
        [1, 10n],
        [3, 30n],
      ]),
    );
    expect(reads.get(1)).toEqual({
      records: [],
      next: 10n,
      stableEnd: 10n,
      isOutOfRange: false,
      hasTransactions: false,
    });
    expect(reads.get(3)?.next).toBe(31n);
  });

  it('finds the range of each partition that is asked for, not of the first ones', async () => {
    const ranges = await new KafkaReader(clientOf([3, 1])).ranges('t', [1, 3]);
    expect([...ranges]).toEqual([
      [1, { start: 10n, stableEnd: 15n, end: 17n }],
      [3, { start: 30n, stableEnd: 35n, end: 37n }],
    ]);
  });

  it('refuses an answer that leaves out a partition', async () => {
    await expect(new KafkaReader(clientOf([1])).ranges('t', [1, 3])).rejects.toThrow('no offset in the answer');
  });
});
