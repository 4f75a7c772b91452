import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import type { Topology } from '../../engine/topology.ts';
import { dynamodbClient } from '../../local/aws/clients.ts';
import { logTableName, resultsTableName } from '../../local/aws/tables.ts';
import { startDynamoDb, startKinesis } from '../../local/emulators/start.ts';
import { claimForReading, type RunFile } from '../../local/storage/claim.ts';
import type { PipelineDir } from '../../local/storage/data-dir.ts';
import type { Place, ReadSource } from '../../operate/place.ts';
import { resultsIn } from '../../operate/stack/stack-place.ts';
import type { FindSource, LocalSourceView } from './local-source.ts';

export interface LocalPlace extends Place {
  /** In the order of `source` and `others`. */
  readonly views: readonly LocalSourceView[];
  /** `tidemark local` is at work on it. */
  readonly running: boolean;
}

type Endpoints = Pick<RunFile, 'kinesisEndpoint' | 'dynamodbEndpoint'>;

/**
 * Lends the state of a local pipeline: through the emulators of the run that has the folder, or through two started for
 * the moment.
 *
 * @param reading the fragments whose sources are looked at
 * @param find one for each
 * @returns undefined when a stream or topic is not there
 */
export async function withLocalPlace<T>(
  reading: readonly Topology[],
  dir: PipelineDir,
  find: readonly FindSource[],
  use: (place: LocalPlace) => Promise<T>,
): Promise<T | undefined> {
  const claim = await claimForReading(dir);
  if (claim.kind === 'running')
    return withClients(reading, dir, claim.run, find, (place) => use({ ...place, running: true }));
  try {
    return await withEmulators(dir, (endpoints) =>
      withClients(reading, dir, endpoints, find, (place) => use({ ...place, running: false })),
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
  reading: readonly Topology[],
  dir: PipelineDir,
  { kinesisEndpoint, dynamodbEndpoint }: Endpoints,
  find: readonly FindSource[],
  use: (place: Omit<LocalPlace, 'running'>) => Promise<T>,
): Promise<T | undefined> {
  const found = await Promise.all(find.map((one) => one(kinesisEndpoint)));
  const views = found.filter((view) => view !== undefined);
  const dynamodb = dynamodbClient(dynamodbEndpoint);
  try {
    if (views.length < found.length) return undefined;
    const placed = views.map((view, i) => ({ topology: reading[i] as Topology, source: view.placed }));
    const [{ topology, source }, ...others] = placed as [ReadSource, ...ReadSource[]];
    const logs = new DynamoDbLogStore({ client: dynamodb, table: logTableName(topology.name) });
    return await use({
      topology,
      source,
      others,
      logs,
      blobs: new FileBlobStore(dir.blobs),
      views,
      ...resultsIn(dynamodb, topology, resultsTableName(topology.name)),
    });
  } finally {
    dynamodb.destroy();
    for (const view of views) await view.close();
  }
}
