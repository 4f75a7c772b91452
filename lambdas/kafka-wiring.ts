import type { Context } from 'aws-lambda';
import {
  emitBatchReport,
  emitFailedPartitions,
  emitRecordAge,
  type TelemetryContext,
} from '../adapters/cloudwatch/telemetry.ts';
import {
  decodeKafkaEvent,
  oldestArrivalMs,
  type KafkaEvent,
  type PartitionRecords,
} from '../adapters/kafka/decode-event.ts';
import { responseOf, type PartialResponse } from '../adapters/kafka/partial-response.ts';
import { checkedPartitioner } from '../adapters/kafka/partitioner.ts';
import { KafkaTopics } from '../adapters/kafka/topics.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { requireKafka } from '../engine/dsl/sources.ts';
import { messageOf } from '../engine/errors.ts';
import type { Pipeline } from '../engine/index.ts';
import { sourceDimension } from '../engine/metrics.ts';
import { PartitionCounts } from '../engine/partition-count.ts';
import { processBatch } from '../engine/process-batch.ts';
import type { Processor } from '../engine/processor.ts';
import type { TickReport } from '../engine/tick/tick-report.ts';
import { blobStoreAt } from './blob-store-at.ts';
import { readEnvironment, type FunctionEnvironment } from './environment.ts';
import { kafkaConnect } from './kafka-connect.ts';
import { processorOf } from './processor.ts';
import { readingFragment } from './reading-fragment.ts';
import { tickOf } from './tick.ts';

/** The handler of `process-kafka`: each partition's log is committed on its own, side by side. */
export function kafkaHandler(pipeline: Pipeline): (event: KafkaEvent, context: Context) => Promise<PartialResponse> {
  const { topology, environment, topics, processor, counts } = kafkaParts(pipeline, 'process-kafka');
  const source = requireKafka(topology.source, 'process-kafka');
  const { topic, isolationLevel } = source;
  const partitioner = checkedPartitioner(source, topology);
  const hasKeys = source.partitionKey !== undefined;
  const context = (): TelemetryContext => ({
    pipeline: topology.name,
    stage: environment.TIDEMARK_STAGE,
    nowMs: SYSTEM_CLOCK.nowMs(),
  });
  const topicContext = (): TelemetryContext => ({
    ...context(),
    pipeline: sourceDimension(topology.name, environment.TIDEMARK_SOURCE),
  });
  return async (event) => {
    const begunMs = SYSTEM_CLOCK.nowMs();
    const arrivalTimeMs = oldestArrivalMs(event);
    if (arrivalTimeMs !== undefined) emitRecordAge(topicContext(), arrivalTimeMs);
    const { id, partitions } = await topics.describe(topic);
    const place = { pipeline: topology.name, stage: '0', source: topic, incarnation: id };
    await counts.require(place, partitions);
    const process = async ({ partition: index, records: polled }: PartitionRecords): Promise<void> => {
      const partition = { ...place, partition: String(index) };
      const records = isolationLevel === 'read_committed' ? await topics.committed(partition, polled) : polled;
      if (records.length === 0) return;
      const report = await processBatch(processor, { partition, records, begunMs });
      emitBatchReport(context(), report);
    };
    const parts = decodeKafkaEvent(event, { topic, partitions, partitioner, hasKeys, nowMs: begunMs });
    const settled = await Promise.allSettled(parts.map(process));
    const outcomes = parts.map(({ partition, records }, i) => ({
      topic,
      partition,
      firstOffset: records[0]?.offset ?? 0n,
      outcome: settled[i] as PromiseSettledResult<void>,
    }));
    const failures = outcomes.flatMap(({ partition, outcome }) =>
      outcome.status === 'rejected' ? [`partition ${partition}: ${messageOf(outcome.reason)}`] : [],
    );
    for (const failure of failures) console.error(failure);
    if (failures.length > 0) emitFailedPartitions(topicContext(), failures.length);
    return responseOf(outcomes, environment.TIDEMARK_PARTIAL_BATCHES === 'yes');
  };
}

/** The handler of `tick-kafka`: moves the watermark of idle partitions, so that their last windows come out (PL-19 to PL-21). */
export function kafkaTickHandler(pipeline: Pipeline): (event: unknown, context: Context) => Promise<TickReport> {
  const { topology, environment, topics, processor, counts } = kafkaParts(pipeline, 'tick-kafka');
  const { topic } = requireKafka(topology.source, 'tick-kafka');
  const tick = tickOf(processor, environment.TIDEMARK_STAGE);
  const findSource = async () => {
    const { id, partitions } = await topics.describe(topic);
    const source = { pipeline: topology.name, stage: '0', source: topic, incarnation: id };
    await counts.require(source, partitions);
    return source;
  };
  return (_event, context) => tick(findSource, context);
}

interface KafkaParts extends Pick<Pipeline, 'topology'> {
  readonly environment: Required<FunctionEnvironment>;
  readonly topics: KafkaTopics;
  readonly processor: Processor;
  readonly counts: PartitionCounts;
}

function kafkaParts(pipeline: Pipeline, name: string): KafkaParts {
  const environment = readEnvironment(process.env);
  const topology = readingFragment(pipeline, environment.TIDEMARK_SOURCE);
  const topics = new KafkaTopics(kafkaConnect(environment, name), SYSTEM_CLOCK);
  const processor = processorOf(topology, environment, topics);
  return {
    topology,
    environment,
    topics,
    processor,
    counts: new PartitionCounts(blobStoreAt(environment.TIDEMARK_BLOBS)),
  };
}
