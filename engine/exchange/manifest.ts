/**
 * Who the first senders of an exchange are: whoever comes first writes it down, everybody reads what is there (PL-35).
 * So all receivers begin with the same senders, whenever they look.
 */
import { TidemarkError } from '../errors.ts';
import { logIdOf } from '../partition-log/log-id.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { BlobStore, Lineage } from '../ports.ts';
import type { SourcePartition } from '../record.ts';
import { receiverLogs } from './receivers.ts';

export interface Manifest {
  /** Ids of the logs of all partitions that come of no other one. */
  readonly roots: readonly string[];
  readonly receivers: number;
}

const keyOf = (pipeline: string, { id, generation }: Exchange): string => `exchanges/${pipeline}/${id}/${generation}`;

/** @returns undefined before any sender has begun */
export async function readManifest(
  blobs: BlobStore,
  pipeline: string,
  exchange: Exchange,
): Promise<Manifest | undefined> {
  const bytes = await blobs.get(keyOf(pipeline, exchange));
  if (bytes === undefined) return undefined;
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
  if (manifest.receivers !== exchange.receivers) {
    throw new TidemarkError(
      'invalid',
      'RECEIVERS_CHANGED',
      `exchange ${exchange.id} must keep its ${manifest.receivers} receivers, got ${exchange.receivers}; set receivers back, or give the exchange another name`,
    );
  }
  return manifest;
}

/**
 * Before a sender's first entry.
 *
 * @param shards of the source, by name
 * @throws RECEIVERS_CHANGED (invalid) · SENDER_UNKNOWN (internal) the source was made again since
 */
export async function settleManifest(
  blobs: BlobStore,
  exchange: Exchange,
  sender: SourcePartition,
  shards: ReadonlyMap<string, Lineage>,
): Promise<void> {
  const { pipeline } = sender;
  const roots = [...shards]
    .filter(([, { parents }]) => parents.every((parent) => !shards.has(parent)))
    .map(([partition]) => logIdOf({ ...sender, partition }))
    .sort();
  const manifest = await settled(blobs, pipeline, exchange, roots);
  const prefix = logIdOf(sender).slice(0, -sender.partition.length);
  if (manifest.roots.some((root) => root.startsWith(prefix))) return;
  throw new TidemarkError(
    'internal',
    'SENDER_UNKNOWN',
    `source of exchange ${exchange.id} must be the one that it began with, got another incarnation of ${sender.source}; a source that is made again needs another pipeline name where there is an exchange`,
  );
}

/**
 * The same of an exchange whose senders are receivers themselves: the definition names them all, so that whoever comes first,
 * a sender or a receiver, writes the same.
 *
 * @param from the exchanges whose receivers send
 * @throws RECEIVERS_CHANGED (invalid) · SENDER_UNKNOWN (internal) the senders are others than those that it began with
 */
export async function settleReceivers(
  blobs: BlobStore,
  pipeline: string,
  exchange: Exchange,
  from: readonly Exchange[],
): Promise<Manifest> {
  const roots = from.flatMap((one) => receiverLogs(pipeline, one)).sort();
  const manifest = await settled(blobs, pipeline, exchange, roots);
  if (JSON.stringify(manifest.roots) === JSON.stringify(roots)) return manifest;
  throw new TidemarkError(
    'internal',
    'SENDER_UNKNOWN',
    `senders of exchange ${exchange.id} must be those that it began with, got receivers of ${from.map(({ id }) => id).join(', ')}; give the exchange before it its old name and receivers, or this one another name`,
  );
}

async function settled(
  blobs: BlobStore,
  pipeline: string,
  exchange: Exchange,
  roots: readonly string[],
): Promise<Manifest> {
  const proposed: Manifest = { roots, receivers: exchange.receivers };
  await blobs.putIfAbsent(keyOf(pipeline, exchange), new TextEncoder().encode(JSON.stringify(proposed)));
  return (await readManifest(blobs, pipeline, exchange)) ?? proposed;
}
