import type { Lineage, Remaining, ShardCatalog } from '../../engine/ports.ts';

/** A catalog that is told what it knows: for tests and benchmarks. Empty: no shard has parents. */
export class MemoryShards implements ShardCatalog {
  readonly known = new Map<string, Lineage>();
  remains: (partition: string, after: bigint) => Remaining = () => 'none yet';

  skips: (partition: string, after: bigint, before: bigint) => bigint | undefined = () => undefined;

  async shards(): Promise<ReadonlyMap<string, Lineage>> {
    return new Map(this.known);
  }

  async remaining({ partition }: { readonly partition: string }, after: bigint): Promise<Remaining> {
    return this.remains(partition, after);
  }

  /** What it knows is never lost. */
  async confirm(): Promise<void> {}

  async skipped({ partition }: { readonly partition: string }, after: bigint, before: bigint): Promise<bigint | undefined> {
    return this.skips(partition, after, before);
  }
}
