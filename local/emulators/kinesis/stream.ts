import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeJsonFile } from '../../storage/json-file.ts';
import { ShardLog } from './shard-log.ts';

/** What is stored of a stream beside its records. */
export interface StreamFile {
  readonly name: string;
  readonly createdAtMs: number;
  readonly retentionHours: number;
  /** In the order of their numbers. */
  readonly shards: readonly StoredShard[];
}

export interface StoredShard {
  /** Hash keys are decimal: they do not fit into a number. */
  readonly fromHash: string;
  readonly toHash: string;
  /** In the shard's sequence numbers; larger than its parents'. */
  readonly createdSeconds: number;
  readonly parents: readonly number[];
  readonly closedAtMs?: number;
}

export interface Shard extends StoredShard {
  readonly index: number;
  readonly id: string;
  readonly from: bigint;
  readonly to: bigint;
}

export const STREAM_FILE = 'stream.json';

/** A stream in a folder of its own: `stream.json`, and a log of each shard. */
export class Stream {
  readonly #folder: string;
  readonly #logs = new Map<number, ShardLog>();
  #file: StreamFile;
  #shards: readonly Shard[];

  constructor(folder: string, file: StreamFile) {
    this.#folder = folder;
    this.#file = file;
    this.#shards = file.shards.map(asShard);
  }

  get name(): string {
    return this.#file.name;
  }

  get createdAtMs(): number {
    return this.#file.createdAtMs;
  }

  get retentionHours(): number {
    return this.#file.retentionHours;
  }

  get shards(): readonly Shard[] {
    return this.#shards;
  }

  get openShards(): readonly Shard[] {
    return this.#shards.filter(({ closedAtMs }) => closedAtMs === undefined);
  }

  /** The open shard that takes records of this hash key; there is always one. */
  shardOf(hash: bigint): Shard {
    const shard = this.#shards.find(
      ({ from, to, closedAtMs }) => closedAtMs === undefined && from <= hash && hash <= to,
    );
    if (shard === undefined) throw new Error(`stream ${this.name} has no shard for hash ${hash}`);
    return shard;
  }

  log({ index, id }: Shard): ShardLog {
    let log = this.#logs.get(index);
    if (log === undefined) this.#logs.set(index, (log = new ShardLog(join(this.#folder, `${id}.log`))));
    return log;
  }

  /** Replaces what is known of the stream, in the file first. */
  change(change: Partial<Pick<StreamFile, 'retentionHours' | 'shards'>>): void {
    const file = { ...this.#file, ...change };
    writeJsonFile(join(this.#folder, STREAM_FILE), file);
    this.#file = file;
    this.#shards = file.shards.map(asShard);
  }

  /** Closes shards, and opens those that take their hash keys from now on. */
  reshard(
    parents: readonly Shard[],
    ranges: ReadonlyArray<Pick<StoredShard, 'fromHash' | 'toHash'>>,
    nowMs: number,
  ): void {
    const indexes = parents.map(({ index }) => index);
    const createdSeconds = Math.max(
      Math.floor(nowMs / 1000),
      ...parents.map((parent) => parent.createdSeconds + 1),
      // Not before the last record of a parent, if the clock went back.
      ...parents.map((parent) => Math.floor((this.log(parent).arrivedAtMs(this.log(parent).count - 1) ?? 0) / 1000)),
    );
    const stored = this.#file.shards.map((shard, index) =>
      indexes.includes(index) ? { ...shard, closedAtMs: nowMs } : shard,
    );
    this.change({ shards: [...stored, ...ranges.map((range) => ({ ...range, createdSeconds, parents: indexes }))] });
  }

  close(): void {
    for (const log of this.#logs.values()) log.close();
    this.#logs.clear();
  }
}

/** @example shardId(3) // 'shardId-000000000003' */
export function shardId(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`;
}

/** Hash key of a record that brings none itself. */
export function hashKeyOf(partitionKey: string): bigint {
  return BigInt(`0x${createHash('md5').update(partitionKey, 'utf8').digest('hex')}`);
}

function asShard(stored: StoredShard, index: number): Shard {
  return { ...stored, index, id: shardId(index), from: BigInt(stored.fromHash), to: BigInt(stored.toHash) };
}
