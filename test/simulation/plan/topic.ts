import { partitionOf } from '../../../adapters/kafka/partitioner.ts';
import type { PlannedRecord, PlannedShard } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import { bytesOf, Producer } from './producer.ts';
import { planRegrown } from './regrown.ts';
import { FIRST_TOPIC, type Beginning } from './beginning.ts';
import type { Timestamps } from './timestamps.ts';

/**
 * A Kafka topic: offsets have gaps, where it was compacted or a transaction ended. Some topics get one more partition;
 * in some a partition loses records that were read, and gives some of their offsets away again, or has grown to where
 * it was when its group comes. Its timestamps are not to be believed.
 *
 * @param cut undefined: it neither grows nor loses records
 */
export function planTopic(
  random: SeededRandom,
  timestamps: Timestamps,
  cut: SeededRandom | undefined,
  beginning: Beginning = FIRST_TOPIC,
): { shards: PlannedShard[]; growsAtMs: number } {
  const partitions = random.between(1, 4);
  const pauseMs = random.pick([10, 300, 3_000]);
  const producer = new Producer(random);
  const records: PlannedRecord[][] = Array.from({ length: partitions }, () => []);
  const growsAfter = random.chance(0.1) && cut !== undefined ? random.between(1, 200) : Infinity;
  const again = [...beginning.again];
  let growsAtMs = Infinity;
  let nowMs = beginning.startMs;
  for (let n = 0, count = random.between(0, 250); n < count; n++) {
    nowMs += random.chance(0.01) ? 400_000 : random.between(0, pauseMs);
    if (n === growsAfter) growsAtMs = nowMs;
    const part = producer.next(again.shift() ?? nowMs);
    const partition = partitionOf(Buffer.from(part.partitionKey), partitions + (n >= growsAfter ? 1 : 0));
    const known = (records[partition] ??= []);
    const offset =
      (known.at(-1)?.offset ?? BigInt(random.between(-1, 5))) + BigInt(random.chance(0.1) ? random.between(2, 9) : 1);
    known.push({
      offset,
      subSequence: 0,
      partitionKey: part.partitionKey,
      arrivalTimeMs: nowMs,
      data: bytesOf(part.text),
      parts: [part],
      timestamp: timestamps.next(nowMs),
    });
  }
  const losing =
    cut !== undefined && growsAfter === Infinity && random.chance(0.1) ? random.between(0, partitions - 1) : -1;
  const regrowing =
    cut !== undefined && growsAfter === Infinity && losing === -1 && cut.chance(0.3)
      ? cut.between(0, partitions - 1)
      : -1;
  const shards = records.slice(0, partitions).map((own, partition): PlannedShard => ({
    id: String(partition),
    source: beginning.source,
    incarnation: beginning.incarnation,
    readFromMs: beginning.readFromMs,
    leftAtMs: Infinity,
    fromHash: 0n,
    toHash: 2n ** 128n - 1n,
    parents: [],
    records: own,
    bornAtMs: beginning.createdAtMs,
    closedAtMs: Infinity,
    deletedAtMs: Infinity,
    reused: partition === losing ? own.slice(-4, -1).map(anotherAt) : [],
    regrown:
      cut !== undefined && partition === regrowing && own.length > 0 ? planRegrown(own, cut, timestamps) : undefined,
  }));
  return { shards, growsAtMs };
}

function anotherAt(record: PlannedRecord): PlannedRecord {
  const text = 'another record';
  return { ...record, data: bytesOf(text), parts: [{ partitionKey: record.partitionKey, text }] };
}
