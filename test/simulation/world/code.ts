/** The function's code as it is deployed: the production code of handlers from the decoded event on. */
import type { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { decodeKafkaEvent, type KafkaEvent } from '../../../adapters/kafka/decode-event.ts';
import { HashRanges } from '../../../adapters/kinesis/hash-ranges.ts';
import { StreamIncarnations } from '../../../adapters/kinesis/incarnations.ts';
import { streamNameOf } from '../../../adapters/kinesis/stream-reference.ts';
import { PartitionCounts } from '../../../engine/partition-count.ts';
import { processBatch } from '../../../engine/process-batch.ts';
import type { Processor } from '../../../engine/processor.ts';
import { processTick } from '../../../engine/process-tick.ts';
import { TickMemory } from '../../../engine/tick/tick-memory.ts';
import { requireNoFailure } from '../../../engine/tick/tick-report.ts';
import type { BlobStore } from '../../../engine/ports.ts';
import { hasKeysInPlace } from '../../../engine/topology.ts';
import { processShard } from '../../../lambdas/process-shard.ts';
import { partitionOf, type Plan, type PlannedRecord, type PlannedShard } from '../plan.ts';
import type { Faults } from './faults.ts';
import { violation } from './functions.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';
import type { Stream } from './shards.ts';
import type { Storage } from './storage.ts';

export interface FunctionCode {
  take(shard: PlannedShard, records: readonly PlannedRecord[]): Promise<void>;
  tick(source: string): Promise<void>;
}

interface World {
  readonly plan: Plan;
  readonly stream: Stream;
  readonly storage: Storage;
  readonly schedule: Schedule;
  readonly faults: Faults;
  fail(error: unknown): void;
}

const arnOf = (source: string): string => `arn:aws:kinesis:us-east-1:123456789012:stream/${source}`;

export function kinesisCode(
  { plan, stream, schedule, faults }: World,
  instance: Instance,
  processor: Processor,
): FunctionCode {
  const send = ({ input }: DescribeStreamSummaryCommand) =>
    faults.decide('stream.fails')
      ? instance.fail('describe throttled')
      : instance.call(
          async () => ({
            StreamDescriptionSummary: {
              StreamCreationTimestamp: new Date(Number(stream.incarnationOf(streamNameOf(input.StreamARN ?? '')))),
            },
          }),
          false,
        );
  const memory = new TickMemory();
  const incarnations = new StreamIncarnations({ send } as unknown as KinesisClient, schedule);
  const shardProcessor = {
    processor,
    incarnations,
    ranges: new HashRanges(processor.shards),
    maxRecords: plan.settings.maxUnpacked,
  };
  return {
    async take({ id: shardId, source }, records) {
      const shard = { streamArn: arnOf(source), streamName: source, shardId, records };
      const reports = processShard(shardProcessor, shard);
      for (let report = await reports.next(); report.done !== true;) report = await reports.next();
    },
    async tick(source) {
      const nowMs = schedule.nowMs();
      const incarnation = await incarnations.of(arnOf(source));
      requireNoFailure(await processTick(processor, partitionOf({ id: '', source, incarnation }), nowMs, { memory }));
    },
  };
}

export function kafkaCode(
  { plan, stream, storage, schedule, faults, fail }: World,
  instance: Instance,
  processor: Processor,
  blobs: BlobStore,
): FunctionCode {
  const memory = new TickMemory();
  const counts = new PartitionCounts(blobs);
  const describe = async (name: string) => {
    const own = plan.shards.filter((shard) => shard.source === name);
    const partitions = await (faults.decide('stream.fails')
      ? instance.fail<number>('describe failed')
      : instance.call(async () => own.length + (stream.hasGrown ? 1 : 0), false));
    const source = partitionOf({ id: '', source: name, incarnation: stream.incarnationOf(name) });
    await counts.require(source, partitions);
    const first = new TextDecoder().decode(await storage.blobs.get(`topics/simulated/${name}/${source.incarnation}`));
    if (first !== String(partitions)) fail(violation(`a topic of ${first} partitions is read on with ${partitions}`));
    return { source, partitions };
  };
  return {
    async take({ id: shardId, source: topic }, records) {
      const begunMs = schedule.nowMs();
      const { source, partitions } = await describe(topic);
      const [decoded] = decodeKafkaEvent(kafkaEvent(topic, Number(shardId), records), {
        topic,
        partitions,
        partitioner: hasKeysInPlace(plan.topology) ? 'murmur2' : 'any',
        hasKeys: plan.exchange?.isKeyed !== false,
        nowMs: begunMs,
      });
      await processBatch(processor, {
        partition: { ...source, partition: shardId },
        records: decoded?.records ?? [],
        begunMs,
      });
    },
    async tick(topic) {
      const nowMs = schedule.nowMs();
      requireNoFailure(await processTick(processor, (await describe(topic)).source, nowMs, { memory }));
    },
  };
}

/** As Lambda hands it over. */
function kafkaEvent(topic: string, partition: number, records: readonly PlannedRecord[]): KafkaEvent {
  const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
  const parts = records.map(({ offset, timestamp, partitionKey, data }) => ({
    topic,
    partition,
    offset: Number(offset),
    timestamp: timestamp?.ms ?? -1,
    timestampType: timestamp?.type ?? 'CREATE_TIME',
    key: base64(partitionKey),
    value: base64(data),
    headers: [],
  }));
  return { eventSource: 'aws:kafka', records: { [`${topic}-${partition}`]: parts } };
}
