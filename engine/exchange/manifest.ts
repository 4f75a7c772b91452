/**
 * Who the first senders of an exchange are: whoever comes first writes it down, everybody reads what is there (PL-35).
 * So all receivers begin with the same senders, whenever they look. A source that is made again has a manifest of its own,
 * behind that of the one before it (PL-36). Of several sources each has its own: a function knows the partitions of its own
 * source alone.
 */
import { TidemarkError } from '../errors.ts';
import { logIdOf } from '../partition-log/log-id.ts';
import type { Exchange } from '../plan/exchange.ts';
import { nameOfSource, type Source } from '../plan/source.ts';
import type { BlobStore, Lineage } from '../ports.ts';
import type { SourcePartition } from '../record.ts';
import type { Topology } from '../topology.ts';
import { firstGeneration, receiverLogs } from './receivers.ts';

export interface Manifest {
  /** Ids of the logs of all partitions that come of no other one. */
  readonly roots: readonly string[];
  readonly receivers: number;
  /** Of partitions of a source: when the invocation began that found them; code before said so of none that was the first. */
  readonly begunMs?: number;
}

/** Which of the manifests of an exchange. */
export interface ManifestOf {
  /** Place of the source among those that followed each other, from 1. @default 1 */
  readonly place?: number;
  /** Name of the source, where there are several. */
  readonly source?: string | undefined;
}

export function manifestKey(
  pipeline: string,
  { id, generation }: Exchange,
  { place = 1, source }: ManifestOf = {},
): string {
  const ofSource = source === undefined ? '' : `@${source}`;
  return `exchanges/${pipeline}/${id}/${generation}${place === 1 ? '' : `.${place}`}${ofSource}`;
}

/** Whose manifest is whose: of one source it bears no name. */
export function manifestSource(sources: readonly Source[], source: string): string | undefined {
  return sources.length > 1 ? source : undefined;
}

/** What says that the sources before that at `place` are sealed for it. */
export function sealedKey(pipeline: string, exchange: Exchange, which: ManifestOf): string {
  return `${manifestKey(pipeline, exchange, which)}-sealed`;
}

/** @returns undefined before any sender has begun */
export async function readManifest(
  blobs: BlobStore,
  pipeline: string,
  exchange: Exchange,
  which: ManifestOf = {},
): Promise<Manifest | undefined> {
  const bytes = await blobs.get(manifestKey(pipeline, exchange, which));
  if (bytes === undefined) return undefined;
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
  if (manifest.receivers !== exchange.receivers) {
    throw new TidemarkError(
      'invalid',
      'RECEIVERS_CHANGED',
      `exchange ${exchange.id} must keep ${manifest.receivers} as number ${exchange.generation} of its receivers, got ${exchange.receivers}; set it back, and append another number to the list to have more or fewer`,
    );
  }
  return manifest;
}

/**
 * Those of a source and of the ones that followed it under its name, in order.
 *
 * @param behind place of the last one that is known @default 0
 */
export async function* manifestsOf(
  blobs: BlobStore,
  { name, sources }: Pick<Topology, 'name' | 'sources'>,
  exchange: Exchange,
  source: string,
  behind = 0,
): AsyncGenerator<{ readonly manifest: Manifest; readonly which: Required<ManifestOf> }> {
  for (let place = behind + 1; ; place++) {
    const which = { place, source: manifestSource(sources, source) };
    const manifest = await readManifest(blobs, name, exchange, which);
    if (manifest === undefined) return;
    yield { manifest, which };
  }
}

/**
 * Of the first senders of an exchange, whatever their sources.
 *
 * @returns undefined before each of them has begun
 */
export async function readManifests(
  blobs: BlobStore,
  { name, sources }: Pick<Topology, 'name' | 'sources'>,
  exchange: Exchange,
): Promise<Manifest | undefined> {
  const found = await Promise.all(
    sources.map((source) =>
      readManifest(blobs, name, exchange, { source: manifestSource(sources, nameOfSource(source)) }),
    ),
  );
  const known = found.filter((manifest) => manifest !== undefined);
  if (known.length < found.length) return undefined;
  return { roots: known.flatMap(({ roots }) => roots).sort(), receivers: exchange.receivers };
}

/**
 * Before a sender's first entry.
 *
 * @param sources all whose partitions send to the exchange
 * @param shards of the source, by name
 * @param begunMs when the invocation began: one that was frozen since tells of no newer source
 * @returns the manifests of the sources that followed each other, the last one is the sender's
 * @throws RECEIVERS_CHANGED (invalid) · STREAM_RECREATED (unavailable) the source has been made again since
 */
export async function settleManifests(
  blobs: BlobStore,
  exchange: Exchange,
  sources: readonly Source[],
  sender: SourcePartition,
  shards: ReadonlyMap<string, Lineage>,
  begunMs: number,
): Promise<readonly Manifest[]> {
  const { pipeline, source, incarnation } = sender;
  const ofSource = manifestSource(sources, source);
  const roots = [...shards]
    .filter(([, { parents }]) => parents.every((parent) => !shards.has(parent)))
    .map(([partition]) => logIdOf({ ...sender, partition }))
    .sort();
  const prefix = logIdOf(sender).slice(0, -sender.partition.length);
  const first = firstGeneration(exchange);
  const manifests = [await settled(blobs, pipeline, first, { roots, begunMs }, { source: ofSource })];
  for (;;) {
    const newest = manifests.at(-1) as Manifest;
    if (newest.roots.some((root) => root.startsWith(prefix))) return manifests;
    const which = { place: manifests.length + 1, source: ofSource };
    const next = await readManifest(blobs, pipeline, first, which);
    if (next === undefined && begunMs <= (newest.begunMs ?? Number.NEGATIVE_INFINITY)) {
      const text = `source ${source} must be the newest of its name to send through ${exchange.id}, got ${incarnation}, behind which there is another; what is left of it is not counted any more`;
      throw new TidemarkError('unavailable', 'STREAM_RECREATED', text);
    }
    manifests.push(next ?? (await settled(blobs, pipeline, first, { roots, begunMs }, which)));
  }
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
  const roots = from.flatMap((one) => receiverLogs(pipeline, firstGeneration(one))).sort();
  const manifest = await settled(blobs, pipeline, firstGeneration(exchange), { roots });
  if (JSON.stringify(manifest.roots) === JSON.stringify(roots)) return manifest;
  throw new TidemarkError(
    'internal',
    'SENDER_UNKNOWN',
    `senders of exchange ${exchange.id} must be those that it began with, got receivers of ${from.map(({ id }) => id).join(', ')}; give the exchange before it its old name and receivers, or this one another name`,
  );
}

/**
 * Before a sender's first entry of another number of receivers: two definitions must not mean two numbers by it (PL-39).
 *
 * @throws RECEIVERS_CHANGED (invalid)
 */
export async function settleGeneration(blobs: BlobStore, pipeline: string, exchange: Exchange): Promise<void> {
  await settled(blobs, pipeline, exchange, { roots: [] });
}

/** Writes it down unless it is there already; what is there counts. */
async function settled(
  blobs: BlobStore,
  pipeline: string,
  exchange: Exchange,
  given: Omit<Manifest, 'receivers'>,
  which: ManifestOf = {},
): Promise<Manifest> {
  const proposed: Manifest = { ...given, receivers: exchange.receivers };
  const bytes = new TextEncoder().encode(JSON.stringify(proposed));
  await blobs.putIfAbsent(manifestKey(pipeline, exchange, which), bytes);
  return (await readManifest(blobs, pipeline, exchange, which)) ?? proposed;
}
