import { MemoryShards } from '../../../adapters/memory/shards.ts';
import { MAX_HASH, hashOfKey } from '../../../engine/codec/key-hash.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { processBatch, type BatchReport } from '../../../engine/process-batch.ts';
import { processTick, type TickOptions } from '../../../engine/process-tick.ts';
import type { SourcePartition, SourceRecord } from '../../../engine/record.ts';
import { requireNoFailure, type TickReport } from '../../../engine/tick/tick-report.ts';
import { reading } from './readings.ts';
import { Instance, World, type WorldSettings } from './world.ts';
import { SHARD } from '../../support/samples.ts';

/** `a` hashes below, `b` above. */
const MIDDLE = hashOfKey('b');

/** A stream with the shards that its story needs, and functions that can be started anew at any time. */
export class StreamWorld {
  readonly world: World;
  readonly catalog = new MemoryShards();
  readonly #records = new Map<string, SourceRecord[]>();
  readonly #closed = new Set<string>();
  #offset = 0;

  constructor(settings: WorldSettings = {}) {
    this.world = new World(settings);
    this.catalog.skips = (shard, after, before) =>
      this.all(shard).find(({ offset }) => offset > after && offset < before)?.offset;
    this.catalog.holds = (shard, offset) => this.all(shard).find((record) => record.offset === offset);
    this.catalog.remains = (shard, after) => {
      if ((this.#records.get(shard) ?? []).some(({ offset }) => offset > after)) return 'records';
      return this.#closed.has(shard) ? 'ended' : 'none yet';
    };
  }

  /** A shard of the first generation that holds all hashes. */
  open(shard: string): void {
    this.catalog.known.set(shard, { fromHash: 0n, toHash: MAX_HASH, parents: [] });
  }

  /** Key `a` goes to the first child, key `b` to the second. */
  split(parent: string, low: string, high: string): void {
    const { fromHash, toHash } = this.catalog.known.get(parent) ?? { fromHash: 0n, toHash: MAX_HASH };
    this.#closed.add(parent);
    const middle = fromHash <= MIDDLE && MIDDLE <= toHash ? MIDDLE : (fromHash + toHash) / 2n;
    this.catalog.known.set(low, { fromHash, toHash: middle - 1n, parents: [parent] });
    this.catalog.known.set(high, { fromHash: middle, toHash, parents: [parent] });
  }

  merge(low: string, high: string, child: string): void {
    this.#closed.add(low).add(high);
    const fromHash = this.catalog.known.get(low)?.fromHash ?? 0n;
    const toHash = this.catalog.known.get(high)?.toHash ?? MAX_HASH;
    this.catalog.known.set(child, { fromHash, toHash, parents: [low, high] });
  }

  /** The stream forgets a shard: its retention is over. */
  expire(shard: string): void {
    this.catalog.known.delete(shard);
    this.#records.delete(shard);
  }

  /** Puts readings, `[key, event time, value]` each, into the shard; nobody has taken them yet. */
  put(
    shard: string,
    ...readings: ReadonlyArray<readonly [key: string, timeMs: number, value?: number]>
  ): SourceRecord[] {
    const put = readings.map(([key, timeMs, value]) => reading(++this.#offset, key, timeMs, value));
    this.#records.set(shard, [...(this.#records.get(shard) ?? []), ...put]);
    return put;
  }

  all(shard: string): readonly SourceRecord[] {
    return this.#records.get(shard) ?? [];
  }

  /** A function with nothing in memory. */
  instance(changes: WorldSettings = {}): StreamInstance {
    return new StreamInstance(new Instance({ ...this.world.instance(changes).processor, shards: this.catalog }));
  }

  async head(shard: string): Promise<LogEntry | undefined> {
    return (await this.world.entries(logIdOf(partitionOf(shard)))).at(-1);
  }

  /** Newest revision of each window that came out: `key@start` with its count. */
  get counts(): Record<string, unknown> {
    return Object.fromEntries(
      this.world.sink.results.map(({ key, windowStartMs, values }) => [`${key}@${windowStartMs}`, values['n']]),
    );
  }
}

export class StreamInstance {
  readonly inner: Instance;

  constructor(inner: Instance) {
    this.inner = inner;
  }

  take(shard: string, records: readonly SourceRecord[]): Promise<BatchReport> {
    return processBatch(this.inner.processor, { partition: partitionOf(shard), records });
  }

  /** @returns how many shards moved on. @throws TICK_FAILED once all others have */
  async tick(nowMs: number): Promise<number> {
    const report = await this.report(nowMs);
    requireNoFailure(report);
    return report.shardsMoved;
  }

  report(nowMs: number, options: TickOptions = {}): Promise<TickReport> {
    return processTick(this.inner.processor, SHARD, nowMs, options);
  }
}

export const partitionOf = (partition: string): SourcePartition => ({ ...SHARD, partition });
