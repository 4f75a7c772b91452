import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { fileURLToPath } from 'node:url';
import { emitBatchReport } from '../adapters/cloudwatch/telemetry.ts';
import { dynamoDbClient } from '../adapters/dynamodb/client.ts';
import { DynamoDbLogStore } from '../adapters/dynamodb/log-store.ts';
import { ResultTableSink } from '../adapters/dynamodb/result-table.ts';
import { FileBlobStore } from '../adapters/file/blob-store.ts';
import { decodeKinesisEvent } from '../adapters/kinesis/decode-event.ts';
import { HashRanges } from '../adapters/kinesis/hash-ranges.ts';
import { StreamIncarnations } from '../adapters/kinesis/incarnations.ts';
import { KinesisShards } from '../adapters/kinesis/shards.ts';
import { sourceBatches } from '../adapters/kinesis/source-batches.ts';
import { LakeSink } from '../adapters/lake/lake-sink.ts';
import { S3BlobStore } from '../adapters/s3/blob-store.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { SYSTEM_RANDOM } from '../adapters/shared/system-random.ts';
import type { Pipeline } from '../engine/index.ts';
import { PartitionLogs } from '../engine/partition-log/partition-logs.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import type { BlobStore, Sink } from '../engine/ports.ts';
import { processBatch, type Processor } from '../engine/process-batch.ts';
import { processTick } from '../engine/process-tick.ts';
import { readEnvironment, type FunctionEnvironment } from './environment.ts';

/** A body above this becomes an object (PL-9). From 8 KiB on that is cheaper, one PUT costing as much as 8 write units; up to here it is not worth the second round trip before the commit [bytes]. */
const INLINE_LIMIT_BYTES = 32_768;
/** About 300 bytes each: what a function of 1 GiB can hold with room to work. */
const MAX_PANES = 1_500_000;

/** The handler of `process-kinesis`, with everything behind the ports that the environment names. */
export function kinesisHandler({ topology }: Pipeline): (event: KinesisStreamEvent, context: Context) => Promise<void> {
  const environment = readEnvironment(process.env);
  const kinesis = new KinesisClient({ requestHandler: new NodeHttpHandler() });
  const processor = processorOf({ topology }, environment, kinesis);
  const incarnations = new StreamIncarnations(kinesis, SYSTEM_CLOCK);
  const ranges = new HashRanges(processor.shards);
  return async (event) => {
    for (const { streamArn, streamName, shardId, records } of decodeKinesisEvent(event)) {
      const incarnation = await incarnations.of(streamArn);
      const partition = { pipeline: topology.name, stage: '0', source: streamName, incarnation, partition: shardId };
      for (const batch of sourceBatches(records, await ranges.of(partition))) {
        const report = await processBatch(processor, { partition, records: batch });
        emitBatchReport({ pipeline: topology.name, stage: environment.TIDEMARK_STAGE, nowMs: SYSTEM_CLOCK.nowMs() }, report);
      }
    }
  };
}

/** What the scheduler sends. */
export interface TickEvent {
  /** Name of the stream whose idle shards are to move on. */
  readonly stream: string;
}

/** The handler of `tick`: moves the watermark of idle shards, so that their last windows come out (PL-19 to PL-21). */
export function tickHandler({ topology }: Pipeline): (event: TickEvent) => Promise<{ readonly moved: number }> {
  const kinesis = new KinesisClient({ requestHandler: new NodeHttpHandler() });
  const processor = processorOf({ topology }, readEnvironment(process.env), kinesis);
  const incarnations = new StreamIncarnations(kinesis, SYSTEM_CLOCK);
  return async ({ stream }) => {
    const incarnation = await incarnations.of(stream);
    return { moved: await processTick(processor, { pipeline: topology.name, stage: '0', source: stream, incarnation }, SYSTEM_CLOCK.nowMs()) };
  };
}

function processorOf({ topology }: Pipeline, environment: FunctionEnvironment, kinesis: KinesisClient): Processor {
  const client = dynamoDbClient();
  const logs = new PartitionLogs(
    {
      topology,
      logs: new DynamoDbLogStore({ client, table: environment.TIDEMARK_LOG_TABLE }),
      blobs: blobStoreAt(environment.TIDEMARK_BLOBS),
      clock: SYSTEM_CLOCK,
      random: SYSTEM_RANDOM,
      slots: RING_SLOTS,
      inlineLimitBytes: INLINE_LIMIT_BYTES,
    },
    MAX_PANES,
  );
  const kinds = topology.sinks.map(({ kind }) => kind);
  const sinks: Sink[] = [new LakeSink({ blobs: blobStoreAt(environment.TIDEMARK_LAKE), pipeline: topology.name, results: kinds.includes('lake') })];
  if (kinds.includes('resultTable')) sinks.push(new ResultTableSink({ client, table: environment.TIDEMARK_RESULTS_TABLE }));
  return { topology, logs, sinks, shards: new KinesisShards(kinesis) };
}

/** `s3://bucket/prefix` or `file:///folder`, as checked by `readEnvironment`. */
function blobStoreAt(address: string): BlobStore {
  const url = new URL(address);
  if (url.protocol === 'file:') return new FileBlobStore(fileURLToPath(url));
  return new S3BlobStore({ client: new S3Client({}), bucket: url.hostname, prefix: url.pathname.slice(1) });
}
