import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import type { Topology } from '../../engine/topology.ts';
import { dynamodbClient } from '../../local/aws/clients.ts';
import { logTableName, resultsTableName } from '../../local/aws/tables.ts';
import { startDynamoDb, startKinesis } from '../../local/emulators/start.ts';
import { claimForReading, type RunFile } from '../../local/storage/claim.ts';
import type { PipelineDir } from '../../local/storage/data-dir.ts';
import type { Place } from '../../operate/place.ts';
import { resultsIn } from '../../operate/stack/stack-place.ts';
import type { FindSource, LocalSourceView } from './local-source.ts';

export interface LocalPlace extends Place, Pick<LocalSourceView, 'catalog' | 'connection'> {
  /** `tidemark local` is at work on it. */
  readonly running: boolean;
}

type Endpoints = Pick<RunFile, 'kinesisEndpoint' | 'dynamodbEndpoint'>;

/**
 * Lends the state of a local pipeline: through the emulators of the run that has the folder, or through two started for
 * the moment.
 *
 * @returns undefined when the stream or topic is not there
 */
export async function withLocalPlace<T>(
  topology: Topology,
  dir: PipelineDir,
  find: FindSource,
  use: (place: LocalPlace) => Promise<T>,
): Promise<T | undefined> {
  const claim = await claimForReading(dir);
  if (claim.kind === 'running')
    return withClients(topology, dir, claim.run, find, (place) => use({ ...place, running: true }));
  try {
    return await withEmulators(dir, (endpoints) =>
      withClients(topology, dir, endpoints, find, (place) => use({ ...place, running: false })),
    );
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

async function withClients<T>(
  topology: Topology,
  dir: PipelineDir,
  { kinesisEndpoint, dynamodbEndpoint }: Endpoints,
  find: FindSource,
  use: (place: Omit<LocalPlace, 'running'>) => Promise<T>,
): Promise<T | undefined> {
  const source = await find(kinesisEndpoint);
  if (source === undefined) return undefined;
  const dynamodb = dynamodbClient(dynamodbEndpoint);
  try {
    const { placed, catalog, connection } = source;
    const logs = new DynamoDbLogStore({ client: dynamodb, table: logTableName(topology.name) });
    return await use({
      topology,
      source: placed,
      logs,
      blobs: new FileBlobStore(dir.blobs),
      catalog,
      connection,
      ...resultsIn(dynamodb, topology, resultsTableName(topology.name)),
    });
  } finally {
    dynamodb.destroy();
    await source.close();
  }
}
