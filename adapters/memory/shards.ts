import type { Lineage, Remaining, ShardCatalog } from '../../engine/ports.ts';
import type { SourcePartition } from '../../engine/record.ts';
import type { RecordIdentity } from '../../engine/record-digest.ts';
import { requireUnchanged } from '../../engine/require-unchanged.ts';

/** A catalog that is told what it knows: for tests and benchmarks. Empty: no shard has parents. */
export class MemoryShards implements ShardCatalog {
  readonly known = new Map<string, Lineage>();
  remains: (partition: string, after: bigint) => Remaining = () => 'none yet';

  skips: (partition: string, after: bigint, before: bigint) => bigint | undefined = () => undefined;

  expires: (partition: string, after: bigint, before: bigint) => boolean = () => false;

  /** The record at an offset; undefined: it does not tell. */
  holds: (partition: string, offset: bigint) => RecordIdentity | undefined = () => undefined;

  /** Of records that expire without a trace [ms]; undefined: none do. */
  retainsMs: number | undefined;

  async shards(): Promise<ReadonlyMap<string, Lineage>> {
    return new Map(this.known);
  }

  async remaining(partition: SourcePartition, after: bigint, digest?: number): Promise<Remaining> {
    this.#requireUnchanged(partition, after, digest);
    return this.remains(partition.partition, after);
  }

  async confirm(partition: SourcePartition, reached: bigint, digest?: number): Promise<void> {
    this.#requireUnchanged(partition, reached, digest);
  }

  async skipped(
    partition: SourcePartition,
    after: bigint,
    before: bigint,
    digest?: number,
  ): Promise<bigint | undefined> {
    this.#requireUnchanged(partition, after, digest);
    return this.skips(partition.partition, after, before);
  }

  async expired({ partition }: SourcePartition, after: bigint, before: bigint): Promise<boolean> {
    return this.expires(partition, after, before);
  }

  async retentionMs(_partition: SourcePartition, atMostMs: number): Promise<number | undefined> {
    return this.retainsMs !== undefined && this.retainsMs <= atMostMs ? this.retainsMs : undefined;
  }

  async stillHas({ partition }: SourcePartition, offset: bigint): Promise<boolean> {
    return this.holds(partition, offset) !== undefined;
  }

  #requireUnchanged(partition: SourcePartition, reached: bigint, reachedDigest: number | undefined): void {
    requireUnchanged(partition, { reached, reachedDigest }, this.holds(partition.partition, reached));
  }
}
