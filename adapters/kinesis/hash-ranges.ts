import { TidemarkError } from '../../engine/errors.ts';
import type { ShardCatalog } from '../../engine/ports.ts';
import type { SourcePartition } from '../../engine/record.ts';
import type { HashRange } from './routing.ts';

/** The hash range of each shard. It never changes, so it is asked for once per instance. */
export class HashRanges {
  readonly #shards: ShardCatalog;
  readonly #known = new Map<string, HashRange>();

  constructor(shards: ShardCatalog) {
    this.#shards = shards;
  }

  /** @throws STREAM_UNAVAILABLE, SHARD_UNKNOWN (unavailable) */
  async of(partition: SourcePartition): Promise<HashRange> {
    const name = (shard: string): string => `${partition.source}/${partition.incarnation}/${shard}`;
    const known = this.#known.get(name(partition.partition));
    if (known !== undefined) return known;
    for (const [shard, { fromHash, toHash }] of await this.#shards.shards(partition))
      this.#known.set(name(shard), { fromHash, toHash });
    const found = this.#known.get(name(partition.partition));
    if (found === undefined) {
      throw new TidemarkError(
        'unavailable',
        'SHARD_UNKNOWN',
        `stream ${partition.source} must list ${partition.partition}, got no such shard; it is asked again until the records have expired`,
      );
    }
    return found;
  }
}
