import { createHash } from 'node:crypto';
import type { PlannedRecord, PlannedShard } from '../plan.ts';
import type { Beginning } from './beginning.ts';
import type { SeededRandom } from '../world/random.ts';

export type Growing = { -readonly [K in keyof PlannedShard]: K extends 'records' ? PlannedRecord[] : PlannedShard[K] };

const HASHES = 2n ** 128n;

export const hashOf = (key: string): bigint => BigInt(`0x${createHash('md5').update(key).digest('hex')}`);

/** The shards of a stream as a producer sees them: open ones cover all hashes, closed ones keep their records. */
export class ShardPlanner {
  readonly all: Growing[] = [];
  readonly #source: Pick<Beginning, 'source' | 'readFromMs'>;
  readonly #incarnation: string;

  constructor(count: number, createdAtMs: number, source: Pick<Beginning, 'source' | 'readFromMs'>) {
    this.#source = source;
    this.#incarnation = String(createdAtMs);
    for (let i = 0n; i < BigInt(count); i++) {
      this.#open((HASHES * i) / BigInt(count), (HASHES * (i + 1n)) / BigInt(count) - 1n, [], createdAtMs);
    }
  }

  /** Into the shard of this hash; without one into any: Kinesis takes what an explicit hash key or a packed record says. */
  put(record: PlannedRecord, hash: bigint | undefined, random: SeededRandom): void {
    const living = this.#living();
    const shard =
      hash === undefined
        ? random.pick(living)
        : living.find(({ fromHash, toHash }) => fromHash <= hash && hash <= toHash);
    shard?.records.push(record);
  }

  /** Splits a shard in two, or merges two neighbours. */
  reshard(random: SeededRandom, atMs: number): void {
    const living = this.#living().sort((a, b) => (a.fromHash < b.fromHash ? -1 : 1));
    const first = random.between(0, living.length - 1);
    const one = living[first] as Growing;
    const next = living[first + 1];
    one.closedAtMs = atMs;
    if (next !== undefined && random.chance(0.5)) {
      next.closedAtMs = atMs;
      this.#open(one.fromHash, next.toHash, [one.id, next.id], atMs);
    } else {
      const middle = (one.fromHash + one.toHash) / 2n;
      this.#open(one.fromHash, middle, [one.id], atMs);
      this.#open(middle + 1n, one.toHash, [one.id], atMs);
    }
  }

  deleteAll(atMs: number): void {
    for (const shard of this.all) shard.deletedAtMs = atMs;
  }

  #living(): Growing[] {
    return this.all.filter(({ closedAtMs }) => closedAtMs === Infinity);
  }

  #open(fromHash: bigint, toHash: bigint, parents: readonly string[], bornAtMs: number): void {
    const id = `shardId-${String(this.all.length).padStart(12, '0')}`;
    this.all.push({
      id,
      source: this.#source.source,
      incarnation: this.#incarnation,
      readFromMs: this.#source.readFromMs,
      leftAtMs: Infinity,
      fromHash,
      toHash,
      parents,
      records: [],
      bornAtMs,
      closedAtMs: Infinity,
      deletedAtMs: Infinity,
      reused: [],
      regrown: undefined,
    });
  }
}
