import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import { describeStream } from '../../adapters/kinesis/stream-facts.ts';
import { requireKinesis } from '../../engine/dsl/sources.ts';
import type { Topology } from '../../engine/dsl/topology.ts';
import type { ShardCatalog } from '../../engine/ports.ts';
import { dynamodbClient, kinesisClient } from '../../local/aws/clients.ts';
import { logTableName } from '../../local/aws/tables.ts';
import { startDynamoDb, startKinesis } from '../../local/emulators/start.ts';
import { claimForReading, type RunFile } from '../../local/storage/claim.ts';
import type { PipelineDir } from '../../local/storage/data-dir.ts';
import { streamSource, type Place } from '../../operate/place.ts';

export interface LocalPlace extends Place {
  /** Tells what its partitions have left. */
  readonly catalog: ShardCatalog;
  /** `tidemark local` is at work on it. */
  readonly running: boolean;
}

type Endpoints = Pick<RunFile, 'kinesisEndpoint' | 'dynamodbEndpoint'>;

/**
 * Lends the state of a local pipeline: through the emulators of the run that has the folder, or through two started for
 * the moment.
 *
 * @returns undefined when the stream was never made
 */
export async function withLocalPlace<T>(topology: Topology, dir: PipelineDir, use: (place: LocalPlace) => Promise<T>): Promise<T | undefined> {
  const claim = await claimForReading(dir);
  if (claim.kind === 'running') return withClients(topology, dir, claim.run, true, use);
  try {
    return await withEmulators(dir, (endpoints) => withClients(topology, dir, endpoints, false, use));
  } finally {
    claim.release();
  }
}

async function withEmulators<T>(dir: PipelineDir, use: (endpoints: Endpoints) => Promise<T>): Promise<T> {
  const started = await Promise.allSettled([startKinesis(dir.kinesis), startDynamoDb(dir.dynamodb)]);
  const [kinesis, dynamodb] = started;
  try {
    if (kinesis.status === 'rejected') throw kinesis.reason;
    if (dynamodb.status === 'rejected') throw dynamodb.reason;
    const work = use({ kinesisEndpoint: kinesis.value.endpoint, dynamodbEndpoint: dynamodb.value.endpoint });
    return await Promise.race([work, kinesis.value.ended, dynamodb.value.ended]);
  } finally {
    await Promise.all(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])));
  }
}

async function withClients<T>(topology: Topology, dir: PipelineDir, endpoints: Endpoints, running: boolean, use: (place: LocalPlace) => Promise<T>): Promise<T | undefined> {
  const kinesis = kinesisClient(endpoints.kinesisEndpoint);
  const dynamodb = dynamodbClient(endpoints.dynamodbEndpoint);
  try {
    const stream = await describeStream(kinesis, requireKinesis(topology.source, 'this command on local data').stream);
    if (stream === undefined) return undefined;
    const logs = new DynamoDbLogStore({ client: dynamodb, table: logTableName(topology.name) });
    return await use({ topology, source: streamSource(stream), logs, blobs: new FileBlobStore(dir.blobs), catalog: new KinesisShards(kinesis), running });
  } finally {
    kinesis.destroy();
    dynamodb.destroy();
  }
}
