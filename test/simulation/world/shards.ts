import { TidemarkError } from '../../../engine/errors.ts';
import type { Lineage, NamedSource, Remaining, ShardCatalog } from '../../../engine/ports.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { SourcePartition } from '../../../engine/record.ts';
import { requireUnchanged } from '../../../engine/require-unchanged.ts';
import { nameOf, nameOfLog, type Plan, type PlannedRecord, type PlannedShard } from '../plan.ts';
import type { Regrown } from '../plan/regrown.ts';
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
  /** What partitions have that were cut back and have grown again. */
  readonly #regrown = new Map<string, readonly PlannedRecord[]>();

  constructor({ plan, schedule }: Pick<World, 'plan' | 'schedule'>) {
    this.#plan = plan;
    this.#schedule = schedule;
  }

  incarnationOf(source: string): string {
    const nowMs = this.#schedule.nowMs();
    const alive = this.#plan.shards.find(
      (shard) => shard.source === source && shard.bornAtMs <= nowMs && nowMs < shard.deletedAtMs,
    );
    if (alive === undefined) throw unavailable('there is no such stream');
    return alive.incarnation;
  }

  get hasGrown(): boolean {
    return this.#schedule.nowMs() >= this.#plan.growsAtMs;
  }

  truncate(shard: PlannedShard): void {
    this.#truncated.add(shard.id);
  }

  /** Cuts the partition back and lets it grow again, at once: nobody sees it in between. */
  regrow({ id, records }: PlannedShard, { records: others }: Regrown): void {
    const nowMs = this.#schedule.nowMs();
    const cut = others[0]?.offset ?? 0n;
    const kept = records.filter(({ offset }) => offset < cut);
    this.#regrown.set(id, [...kept, ...others.map((other) => ({ ...other, arrivalTimeMs: nowMs }))]);
  }

  /** What the stream still has of a shard, and will have. */
  recordsOf({ id, records }: PlannedShard): readonly PlannedRecord[] {
    const goneMs = this.#schedule.nowMs() - this.#plan.settings.retentionMs;
    return (this.#regrown.get(id) ?? records).filter(({ arrivalTimeMs }) => arrivalTimeMs > goneMs);
  }

  shardsOf({ source, incarnation }: Pick<SourcePartition, 'source' | 'incarnation'>): Map<string, PlannedShard> {
    if (this.incarnationOf(source) !== incarnation) throw unavailable('that stream is gone');
    const nowMs = this.#schedule.nowMs();
    return new Map(
      this.#plan.shards
        .filter((shard) => shard.source === source && shard.incarnation === incarnation && shard.bornAtMs <= nowMs)
        .map((shard) => [shard.id, shard]),
    );
  }

  /** @throws OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN */
  remaining(of: SourcePartition, after: bigint, digest: number | undefined): Remaining {
    this.#requireRange(of);
    const shard = this.shardsOf(of).get(of.partition);
    if (shard !== undefined && shard === this.#plan.untold) throw unavailable('this shard never answers');
    const nowMs = this.#schedule.nowMs();
    if (shard !== undefined && this.firstUnread(shard, after) !== undefined) return 'records';
    this.#requireUnchanged(of, after, digest);
    return shard === undefined || shard.closedAtMs <= nowMs ? 'ended' : 'none yet';
  }

  /** @throws SOURCE_REWRITTEN */
  skipped(of: SourcePartition, after: bigint, before: bigint, digest: number | undefined): bigint | undefined {
    const shard = this.shardsOf(of).get(of.partition);
    this.#requireUnchanged(of, after, digest);
    const records = shard === undefined ? [] : this.recordsOf(shard);
    return records.find(({ offset }) => offset > after && offset < before)?.offset;
  }

  /** The first offset above this one of which the stream still has the record. */
  firstUnread(shard: PlannedShard, after: bigint): bigint | undefined {
    const nowMs = this.#schedule.nowMs();
    return this.recordsOf(shard).find(({ offset, arrivalTimeMs }) => offset > after && arrivalTimeMs <= nowMs)?.offset;
  }

  /** Of records that expire without a trace: those of a topic leave a gap. */
  retentionMs(atMostMs: number): number | undefined {
    const { kind, settings } = this.#plan;
    return kind === 'kinesis' && settings.retentionMs <= atMostMs ? settings.retentionMs : undefined;
  }

  stillHas(of: SourcePartition, offset: bigint): boolean {
    const shard = this.shardsOf(of).get(of.partition);
    return shard !== undefined && this.recordsOf(shard).some((record) => record.offset === offset);
  }

  /** @throws OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN */
  confirm(of: SourcePartition, reached: bigint, digest: number | undefined): void {
    this.#requireRange(of);
    this.#requireUnchanged(of, reached, digest);
  }

  /** As the adapter of Kafka does; sequence numbers of Kinesis are given once. */
  #requireUnchanged(of: SourcePartition, reached: bigint, reachedDigest: number | undefined): void {
    const shard =
      this.#plan.kind === 'kafka' ? this.#plan.shards.find((one) => nameOf(one) === nameOfLog(of)) : undefined;
    const found = shard && this.recordsOf(shard).find(({ offset }) => offset === reached);
    requireUnchanged(of, { reached, reachedDigest }, found);
  }

  #requireRange({ partition }: SourcePartition): void {
    if (this.#truncated.has(partition))
      throw new TidemarkError('internal', 'OFFSETS_RAN_BACKWARDS', 'simulated: the cluster lost records');
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

  shards(stream: NamedSource): Promise<ReadonlyMap<string, Lineage>> {
    const { source } = stream;
    return this.#ask(() =>
      this.#stream.shardsOf({ source, incarnation: stream.incarnation ?? this.#stream.incarnationOf(source) }),
    );
  }

  async remaining(partition: SourcePartition, after: bigint, digest?: number): Promise<Remaining> {
    const remaining = await this.#ask(() => this.#stream.remaining(partition, after, digest));
    if (remaining !== 'records') this.#instance.provenDrained.add(`${logIdOf(partition)}@${after}`);
    return remaining;
  }

  confirm(partition: SourcePartition, reached: bigint, digest?: number): Promise<void> {
    return this.#ask(() => this.#stream.confirm(partition, reached, digest));
  }

  skipped(partition: SourcePartition, after: bigint, before: bigint, digest?: number): Promise<bigint | undefined> {
    return this.#ask(() => this.#stream.skipped(partition, after, before, digest));
  }

  /** As the adapter of Kinesis does. */
  async expired(): Promise<boolean> {
    return false;
  }

  /** Where no retention is so short, the adapter asks nothing. */
  async retentionMs(_: SourcePartition, atMostMs: number): Promise<number | undefined> {
    const retentionMs = this.#stream.retentionMs(atMostMs);
    return retentionMs === undefined ? undefined : this.#ask(() => retentionMs);
  }

  stillHas(partition: SourcePartition, offset: bigint): Promise<boolean> {
    return this.#ask(() => this.#stream.stillHas(partition, offset));
  }

  /** Anything that is asked of the stream's own interface. */
  #ask<T>(answer: () => T): Promise<T> {
    if (this.#faults.decide('stream.fails')) return this.#instance.fail('stream throttled');
    return this.#instance.call(async () => answer(), false);
  }
}
