import { S3Client } from '@aws-sdk/client-s3';
import { fileURLToPath } from 'node:url';
import { dynamoDbClient } from '../adapters/dynamodb/client.ts';
import { DynamoDbLogStore } from '../adapters/dynamodb/log-store.ts';
import { ResultTableSink } from '../adapters/dynamodb/result-table.ts';
import { FileBlobStore } from '../adapters/file/blob-store.ts';
import { LakeSink } from '../adapters/lake/lake-sink.ts';
import { S3BlobStore } from '../adapters/s3/blob-store.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { SYSTEM_RANDOM } from '../adapters/shared/system-random.ts';
import type { Pipeline } from '../engine/index.ts';
import { PartitionLogs } from '../engine/partition-log/partition-logs.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import type { BlobStore, ShardCatalog, Sink } from '../engine/ports.ts';
import type { Processor } from '../engine/process-batch.ts';
import type { FunctionEnvironment } from './environment.ts';

/** A body above this becomes an object (PL-9). From 8 KiB on that is cheaper, one PUT costing as much as 8 write units; up to here it is not worth the second round trip before the commit [bytes]. */
const INLINE_LIMIT_BYTES = 32_768;
/** About 300 bytes each: what a function of 1 GiB can hold with room to work. */
const MAX_PANES = 1_500_000;

/** All that a function works with, whatever its source is, as its environment names it. */
export function processorOf({ topology }: Pipeline, environment: FunctionEnvironment, shards: ShardCatalog): Processor {
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
  return { topology, logs, sinks, shards };
}

/** `s3://bucket/prefix` or `file:///folder`, as checked by `readEnvironment`. */
function blobStoreAt(address: string): BlobStore {
  const url = new URL(address);
  if (url.protocol === 'file:') return new FileBlobStore(fileURLToPath(url));
  return new S3BlobStore({ client: new S3Client({}), bucket: url.hostname, prefix: url.pathname.slice(1) });
}
