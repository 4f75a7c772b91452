import type { Producer } from '@platformatic/kafka';
import { partitionOf } from '../../adapters/kafka/partitioner.ts';
import type { KafkaReader } from '../../adapters/kafka/reader.ts';
import type { FeedTarget } from '../feeder/feed-target.ts';

/** Puts each record into the partition of its key. */
export function kafkaTarget(
  producer: Producer<Buffer, Buffer, Buffer, Buffer>,
  reader: KafkaReader,
  topic: string,
  partitions: number,
): FeedTarget {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  return {
    async put(records) {
      const messages = records.map(({ partitionKey, data }) => {
        const key = Buffer.from(partitionKey);
        return { topic, key, value: Buffer.from(data), partition: partitionOf(key, partitions) };
      });
      const { offsets = [] } = await producer.send({ messages });
      const counts: Record<string, number> = {};
      for (const { partition } of messages) counts[partition] = (counts[partition] ?? 0) + 1;
      const after = Object.fromEntries(
        offsets.map(({ partition, offset }) => [
          String(partition),
          String(offset + BigInt(counts[partition] ?? 1) - 1n),
        ]),
      );
      return { after, counts };
    },
    async *behind(after) {
      for (const [partition, { start, stableEnd }] of await reader.ranges(topic, all)) {
        for (let from = max(BigInt(after[partition] ?? -1) + 1n, start); from < stableEnd;) {
          const read = (await reader.read(topic, new Map([[partition, from]]))).get(partition);
          if (read === undefined) throw new Error(`partition ${partition} of ${topic} must answer, got nothing`);
          const last = read.records.at(-1);
          if (last !== undefined) {
            const records = read.records.map(({ key, value }) => ({
              partitionKey: (key ?? '').toString(),
              data: value ?? new Uint8Array(),
            }));
            yield { partition: String(partition), last: String(last.offset), records };
          }
          from = read.next;
        }
      }
    },
  };
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
