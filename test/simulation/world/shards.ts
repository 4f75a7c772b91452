import { TidemarkError } from '../../../engine/errors.ts';
import type { Lineage, Remaining, ShardCatalog } from '../../../engine/ports.ts';
import type { SourcePartition } from '../../../engine/record.ts';
import type { Plan, PlannedShard } from '../plan.ts';
import type { Faults } from './faults.ts';
import { unavailable, type Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';

interface World {
  readonly plan: Plan;
  readonly schedule: Schedule;
  readonly faults: Faults;
}

/** The stream or topic itself, as it is at this moment. */
export class Stream {
  readonly #plan: Plan;
  readonly #schedule: Schedule;
  /** Partitions that have lost records which were read. */
  readonly #truncated = new Set<string>();

  constructor({ plan, schedule }: Pick<World, 'plan' | 'schedule'>) {
    this.#plan = plan;
    this.#schedule = schedule;
  }

  get incarnation(): string {
    const nowMs = this.#schedule.nowMs();
    const alive = this.#plan.shards.find(({ bornAtMs, deletedAtMs }) => bornAtMs <= nowMs && nowMs < deletedAtMs);
    if (alive === undefined) throw unavailable('there is no such stream');
    return alive.incarnation;
  }

  get hasGrown(): boolean {
    return this.#schedule.nowMs() >= this.#plan.growsAtMs;
  }

  truncate(shard: PlannedShard): void {
    this.#truncated.add(shard.id);
  }

  shardsOf(incarnation: string): Map<string, PlannedShard> {
    if (this.incarnation !== incarnation) throw unavailable('that stream is gone');
    const nowMs = this.#schedule.nowMs();
    return new Map(this.#plan.shards.filter((shard) => shard.incarnation === incarnation && shard.bornAtMs <= nowMs).map((shard) => [shard.id, shard]));
  }

  remaining({ partition, incarnation }: SourcePartition, after: bigint): Remaining {
    const shard = this.shardsOf(incarnation).get(partition);
    if (shard !== undefined && shard === this.#plan.untold) throw unavailable('this shard never answers');
    const nowMs = this.#schedule.nowMs();
    if (shard !== undefined && this.firstUnread(shard, after) !== undefined) return 'records';
    return shard === undefined || shard.closedAtMs <= nowMs ? 'ended' : 'none yet';
  }

  skipped({ partition, incarnation }: SourcePartition, after: bigint, before: bigint): bigint | undefined {
    const nowMs = this.#schedule.nowMs();
    const records = this.shardsOf(incarnation).get(partition)?.records ?? [];
    return records.find(({ offset, arrivalTimeMs }) => offset > after && offset < before && arrivalTimeMs + this.#plan.settings.retentionMs > nowMs)?.offset;
  }

  /** The first offset above this one of which the stream still has the record. */
  firstUnread({ records }: PlannedShard, after: bigint): bigint | undefined {
    const nowMs = this.#schedule.nowMs();
    return records.find(({ offset, arrivalTimeMs }) => offset > after && arrivalTimeMs <= nowMs && arrivalTimeMs + this.#plan.settings.retentionMs > nowMs)?.offset;
  }

  /** As the adapter of Kafka does. @throws OFFSETS_RAN_BACKWARDS */
  confirm({ partition }: SourcePartition): void {
    if (this.#truncated.has(partition)) throw new TidemarkError('internal', 'OFFSETS_RAN_BACKWARDS', 'simulated: the cluster lost records');
  }
}

/** The stream as one instance meets it. */
export class FaultyShards implements ShardCatalog {
  readonly #faults: Faults;
  readonly #stream: Stream;
  readonly #instance: Instance;

  constructor({ faults, stream }: { readonly faults: Faults; readonly stream: Stream }, instance: Instance) {
    this.#faults = faults;
    this.#stream = stream;
    this.#instance = instance;
  }

  shards(stream: Pick<SourcePartition, 'source'> & Partial<SourcePartition>): Promise<ReadonlyMap<string, Lineage>> {
    return this.#ask(() => this.#stream.shardsOf(stream.incarnation ?? this.#stream.incarnation));
  }

  async remaining(partition: SourcePartition, after: bigint): Promise<Remaining> {
    const remaining = await this.#ask(() => {
      this.#stream.confirm(partition);
      return this.#stream.remaining(partition, after);
    });
    if (remaining !== 'records') this.#instance.provenDrained.add(`${partition.incarnation}/${partition.partition}@${after}`);
    return remaining;
  }

  confirm(partition: SourcePartition): Promise<void> {
    return this.#ask(() => this.#stream.confirm(partition));
  }

  skipped(partition: SourcePartition, after: bigint, before: bigint): Promise<bigint | undefined> {
    return this.#ask(() => this.#stream.skipped(partition, after, before));
  }

  /** Anything that is asked of the stream's own interface. */
  #ask<T>(answer: () => T): Promise<T> {
    if (this.#faults.decide('stream.fails')) return this.#instance.fail('stream throttled');
    return this.#instance.call(async () => answer(), false);
  }
}
