import { decodeKafkaEvent, type KafkaEvent, type KafkaEventRecord } from '../adapters/kafka/decode-event.ts';
import { partitionOf } from '../adapters/kafka/partitioner.ts';
import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import type { Sink } from '../engine/ports.ts';
import { processBatch } from '../engine/process-batch.ts';
import { flightsInput } from '../local/inputs/flights.ts';
import flights from '../pipelines/flights-kafka.ts';
import { freshProcessor } from './processor.ts';

const TOPIC = 'departures';
/** Long after everything that the input tells of [ms since 1970]. */
const TIMESTAMP_MS = Date.UTC(2030, 0);

/** Real flights as Lambda hands them over from a topic: the partitions of one event mixed. */
export async function kafkaLoad({
  records,
  partitions,
  batchSize,
}: {
  readonly records: number;
  readonly partitions: number;
  readonly batchSize: number;
}): Promise<KafkaEvent[]> {
  const next = Array.from({ length: partitions }, () => 0);
  const all: KafkaEventRecord[] = [];
  for await (const piece of flightsInput().read(0, records)) {
    for (const { partitionKey, data } of piece) {
      const key = Buffer.from(partitionKey);
      const partition = partitionOf(key, partitions);
      const offset = next[partition] ?? 0;
      next[partition] = offset + 1;
      const value = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
      all.push({
        topic: TOPIC,
        partition,
        offset,
        timestamp: TIMESTAMP_MS,
        timestampType: 'CREATE_TIME',
        key: key.toString('base64'),
        value,
        headers: [],
      });
    }
  }
  const batches = Array.from({ length: Math.ceil(all.length / batchSize) }, (_, i) =>
    all.slice(i * batchSize, (i + 1) * batchSize),
  );
  return batches.map((batch) => ({
    eventSource: 'aws:kafka',
    records: Object.fromEntries(Map.groupBy(batch, ({ partition }) => `${TOPIC}-${partition}`)),
  }));
}

/** Event to stored commits, as `process-kafka` does it. @returns how many records were counted, neither late nor dead */
export async function runKafka(load: readonly KafkaEvent[], partitions: number, sink: Sink): Promise<number> {
  const processor = freshProcessor(
    flights.topology,
    { logs: new MemoryLogStore(), blobs: new MemoryBlobStore() },
    sink,
  );
  const source = { pipeline: flights.topology.name, stage: '0', source: TOPIC, incarnation: '1' };
  let counted = 0;
  for (const event of load) {
    const parts = decodeKafkaEvent(event, { topic: TOPIC, partitions, partitioner: 'murmur2', nowMs: TIMESTAMP_MS });
    const reports = await Promise.all(
      parts.map(({ partition, records }) =>
        processBatch(processor, { partition: { ...source, partition: String(partition) }, records }),
      ),
    );
    for (const report of reports) counted += report.recordsIn - report.lateRecords - report.deadLetters;
  }
  return counted;
}
