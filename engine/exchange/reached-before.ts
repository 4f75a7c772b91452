import { partitionOfLog } from '../partition-log/log-id.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { BlobStore } from '../ports.ts';
import type { Topology } from '../topology.ts';
import { manifestsOf, sealedKey } from './manifest.ts';
import { firstGeneration } from './receivers.ts';

/** All that is left of a source is sealed for the next one. */
export interface SealedSource {
  /** The highest of its output watermarks; code before did not say [ms since 1970]. */
  readonly reachedMs?: number;
}

/**
 * What the sources before that of a sender had reached: receivers hold its rows to be late below that.
 *
 * @returns NEGATIVE_INFINITY for the first source, and POSITIVE_INFINITY where it is not known
 */
export async function reachedBefore(
  blobs: BlobStore,
  topology: Pick<Topology, 'name' | 'sources'>,
  exchange: Exchange,
  logId: string,
): Promise<number> {
  const first = firstGeneration(exchange);
  const { source, partition } = partitionOfLog(logId);
  const prefix = logId.slice(0, -partition.length);
  let reachedMs = Number.NEGATIVE_INFINITY;
  for await (const { manifest, which } of manifestsOf(blobs, topology, first, source)) {
    if (which.place > 1) reachedMs = Math.max(reachedMs, await sealedAt(blobs, sealedKey(topology.name, first, which)));
    if (manifest.roots.some((root) => root.startsWith(prefix))) return reachedMs;
  }
  return Number.POSITIVE_INFINITY;
}

async function sealedAt(blobs: BlobStore, key: string): Promise<number> {
  const bytes = await blobs.get(key);
  const done = bytes === undefined ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as SealedSource);
  return done.reachedMs ?? Number.POSITIVE_INFINITY;
}
