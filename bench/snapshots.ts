import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { logIdOf } from '../engine/partition-log/log-id.ts';
import { readHead } from '../engine/partition-log/read-log.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import { processBatch } from '../engine/process-batch.ts';
import type { Processor } from '../engine/processor.ts';
import { entriesIn } from '../engine/state/partition-state.ts';
import { requireSame } from './equality.ts';
import { freshProcessor, type Stores } from './processor.ts';
import { readings, readingsOf, SHARD } from './readings.ts';
import { figureOf, ratioOf, timed, type Figure } from './rounds.ts';
import { NullSink } from './sinks.ts';

export interface SnapshotsSettings {
  readonly keys: number;
  /** What its time per record is compared with. */
  readonly fewKeys: number;
  readonly rounds: number;
}

/** What snapshots cost the batches that take them: each round is a half ring of batches, so one snapshot. */
export interface SnapshotsCost {
  readonly keys: number;
  readonly fewKeys: number;
  readonly batchSize: number;
  /** Of a round [ms]. */
  readonly longestMs: Figure;
  readonly medianMs: Figure;
  /** An instance that knows nothing reads the log and takes a batch [ms]. */
  readonly coldMs: Figure;
  /** Time of all batches by that of a state of few keys, of the same round. */
  readonly growth: Figure;
}

const LARGE_BATCH = 10_000;
const BATCH = 1_000;
const PER_ROUND = RING_SLOTS / 2;
/** Less than a window is long. */
const WITHIN_S = 200;

/** All keys in one open window, at random; stores in memory. */
export async function measureSnapshots({ keys, fewKeys, rounds }: SnapshotsSettings): Promise<SnapshotsCost> {
  const [large, few] = [await Shard.open(keys, rounds), await Shard.open(fewKeys, rounds)];
  const longest: number[] = [];
  const median: number[] = [];
  const cold: number[] = [];
  const times = { large: [] as number[], few: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const ofFew = await few.round();
    const ofLarge = await large.round();
    const { median: middle, most } = figureOf(ofLarge);
    longest.push(most);
    median.push(middle);
    times.large.push(sumOf(ofLarge));
    times.few.push(sumOf(ofFew));
    cold.push(await large.cold());
  }
  return {
    keys,
    fewKeys,
    batchSize: BATCH,
    longestMs: figureOf(longest),
    medianMs: figureOf(median),
    coldMs: figureOf(cold),
    growth: ratioOf(times.large, times.few),
  };
}

/** One shard whose keys are all there, and whose snapshots are taken as they will be from then on. */
class Shard {
  readonly #keys: number;
  readonly #perSecond: number;
  readonly #stores: Stores = { logs: new MemoryLogStore(), blobs: new MemoryBlobStore() };
  #processor: Processor;
  #next = 0;

  private constructor(keys: number, rounds: number) {
    this.#keys = keys;
    this.#perSecond = (keys + (rounds + 3) * (PER_ROUND + 1) * BATCH) / WITHIN_S;
    this.#processor = this.#instance();
  }

  static async open(keys: number, rounds: number): Promise<Shard> {
    const shard = new Shard(keys, rounds);
    while (shard.#next < keys) await shard.#feed(Math.min(LARGE_BATCH, keys - shard.#next), 'in turn');
    for (let round = 0; round < 2; round++) await shard.round();
    requireSame('keys in memory', keys, await shard.#entries());
    return shard;
  }

  /** @returns the time of each batch [ms] */
  async round(): Promise<number[]> {
    const times: number[] = [];
    for (let batch = 0; batch < PER_ROUND; batch++) times.push(await this.#feed(BATCH, 'random'));
    return times;
  }

  /** The next batch by a new instance, which goes on [ms]. */
  async cold(): Promise<number> {
    const before = await this.#processor.logs.use(SHARD, async ({ state }) => state.stateHash);
    this.#processor = this.#instance();
    const ms = await this.#feed(BATCH, 'random');
    const head = await readHead(this.#stores.logs, SYSTEM_CLOCK, logIdOf(SHARD), RING_SLOTS);
    requireSame('keys after a cold start', this.#keys, await this.#entries());
    if (head?.stateHash === before) throw new Error('a batch must change the state, got the same');
    return ms;
  }

  async #feed(length: number, order: 'in turn' | 'random'): Promise<number> {
    const settings = { keys: this.#keys, perSecond: this.#perSecond, order };
    const records = [...readingsOf(settings, this.#next, length)];
    this.#next += length;
    return timed(() => processBatch(this.#processor, { partition: SHARD, records }));
  }

  #instance(): Processor {
    return freshProcessor(readings.topology, this.#stores, new NullSink());
  }

  #entries(): Promise<number> {
    return this.#processor.logs.use(SHARD, async ({ state }) => entriesIn(state));
  }
}

const sumOf = (times: readonly number[]): number => times.reduce((sum, ms) => sum + ms, 0);
