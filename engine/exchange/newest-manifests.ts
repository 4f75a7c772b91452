import type { BlobStore } from '../ports.ts';
import type { Topology } from '../topology.ts';
import type { Exchange } from '../plan/exchange.ts';
import { manifestKey, manifestsOf, type Manifest } from './manifest.ts';

/** The newest manifests of sources, for those who look again and again: one that was read never changes, another may follow. */
export class NewestManifests {
  readonly #found = new Map<string, { readonly manifest: Manifest; readonly place: number }>();

  /** @returns undefined before the source has begun; of one that was made again, that of the last one */
  async of(
    blobs: BlobStore,
    topology: Pick<Topology, 'name' | 'sources'>,
    exchange: Exchange,
    source: string,
  ): Promise<Manifest | undefined> {
    const name = manifestKey(topology.name, exchange, { source });
    let newest = this.#found.get(name);
    for await (const { manifest, which } of manifestsOf(blobs, topology, exchange, source, newest?.place))
      newest = { manifest, place: which.place };
    if (newest !== undefined) this.#found.set(name, newest);
    return newest?.manifest;
  }
}
