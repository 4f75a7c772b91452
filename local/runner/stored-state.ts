import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import type { Topology } from '../../engine/topology.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import { TidemarkError } from '../../engine/errors.ts';
import { StateForms } from '../../engine/partition-log/state-schema.ts';
import { dynamodbClient } from '../aws/clients.ts';
import { requireResultTable } from '../aws/tables.ts';
import { readHeads, type LogHead } from '../read-heads.ts';
import type { PipelineDir } from '../storage/data-dir.ts';
import { streamsOf, type Services } from './services.ts';

/** What earlier runs have counted. */
export interface Before {
  readonly recordsIn: number;
  readonly deadLetters: number;
}

/**
 * What is stored of a pipeline, once it is sure that this definition can go on from it: the function would find out with
 * the first record, and a run that has none to read would show old results as those of the new definition (PL-30).
 *
 * @throws STATE_SCHEMA_CHANGED, CODEC_UNKNOWN, RESULT_TABLE_KEYS (invalid) with a text that says --fresh
 */
export async function storedState(
  { topology, fragments }: Pick<LoadedPipeline, 'topology' | 'fragments'>,
  dir: PipelineDir,
  { dynamodb, sources }: Services,
): Promise<Before> {
  const heads = await readHeads(dynamodb.endpoint, topology, await streamsOf(sources));
  for (const [i, { heads: senders }] of heads.sources.entries())
    for (const head of senders) await requireReadable(fragments[i] as Topology, dir, head);
  for (const { exchange, heads: receivers } of heads.exchanges) {
    const fragment = fragments.find(({ receivesFrom }) => receivesFrom?.id === exchange.id) as Topology;
    for (const head of receivers) await requireReadable(fragment, dir, head);
  }
  const client = dynamodbClient(dynamodb.endpoint);
  await requireResultTable(client, topology).finally(() => client.destroy());
  const total = (name: keyof Before, of: readonly LogHead[]): number =>
    of.reduce((sum, { entry }) => sum + entry.counters[name], 0);
  const senders = heads.sources.flatMap((one) => one.heads);
  return {
    recordsIn: total('recordsIn', senders),
    deadLetters: total('deadLetters', [...senders, ...heads.exchanges.flatMap((one) => one.heads)]),
  };
}

async function requireReadable(topology: Topology, dir: PipelineDir, { logId, entry }: LogHead): Promise<void> {
  try {
    await new StateForms({ blobs: new FileBlobStore(dir.blobs), topology }, logId).of(entry.fingerprint, entry.codec);
  } catch (error) {
    throw error instanceof TidemarkError && error.kind === 'invalid' ? withFresh(error) : error;
  }
}

/** The remedies of a deployed pipeline are not those of a folder. */
function withFresh(cause: TidemarkError): TidemarkError {
  const finding = cause.message.slice(0, cause.message.lastIndexOf('; '));
  return new TidemarkError(
    'invalid',
    cause.code,
    `${finding}; go back to the old definition, or forget its data with --fresh`,
    { cause },
  );
}
