import { SYSTEM_CLOCK } from '../../adapters/shared/system-clock.ts';
import { settleManifests } from '../../engine/exchange/manifest.ts';
import type { BlobStore } from '../../engine/ports.ts';
import type { Topology } from '../../engine/topology.ts';
import type { LocalSource } from '../source/local-source.ts';

/**
 * Writes down which shards each of several sources has, as its function does before its first commit. Receivers begin once
 * that is known of all; a source without a record has no such commit, and here no tick makes one: the rings of the others
 * would be full some commits later.
 */
export async function beginExchange(
  { name: pipeline, sendsTo, sources }: Topology,
  blobs: BlobStore,
  prepared: readonly LocalSource[],
): Promise<void> {
  if (sendsTo === undefined || sources.length < 2) return;
  for (const { stream, shards } of prepared) {
    const known = await shards();
    const [partition = ''] = known.keys();
    const sender = { pipeline, stage: '0', source: stream.name, incarnation: stream.incarnation, partition };
    await settleManifests(blobs, sendsTo, sources, sender, known, SYSTEM_CLOCK.nowMs());
  }
}
