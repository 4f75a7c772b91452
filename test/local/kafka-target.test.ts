import { describe, expect, it } from '@jest/globals';
import type { Producer } from '@platformatic/kafka';
import { partitionOf } from '../../adapters/kafka/partitioner.ts';
import type { KafkaReader } from '../../adapters/kafka/reader.ts';
import { kafkaTarget } from '../../local/kafka/target.ts';

const PARTITIONS = 4;
const KEYS = Array.from({ length: 40 }, (_, i) => `key-${i}`);

describe('records put into a topic', () => {
  it('have the position of their own partition, in whichever order the brokers answer', async () => {
    const counts: Record<string, number> = {};
    for (const key of KEYS)
      counts[partitionOf(Buffer.from(key), PARTITIONS)] = (counts[partitionOf(Buffer.from(key), PARTITIONS)] ?? 0) + 1;
    const offsets = [2, 0, 3, 1].map((partition) => ({ topic: 't', partition, offset: BigInt(partition) * 100n }));
    const producer = { send: async () => ({ offsets }) } as unknown as Producer<Buffer, Buffer, Buffer, Buffer>;
    const target = kafkaTarget(producer, {} as KafkaReader, 't', PARTITIONS);
    const receipt = await target.put(KEYS.map((partitionKey) => ({ partitionKey, data: new Uint8Array() })));
    expect(receipt.counts).toEqual(counts);
    expect(receipt.after).toEqual(
      Object.fromEntries(
        Object.entries(counts).map(([partition, count]) => [partition, String(Number(partition) * 100 + count - 1)]),
      ),
    );
  });
});
