import { MemoryShards } from '../adapters/memory/shards.ts';
import { partitionOf } from '../adapters/kafka/partitioner.ts';
import { hashOfKey, MAX_HASH } from '../engine/codec/key-hash.ts';
import { requireSetting } from '../engine/errors.ts';
import type { Lineage } from '../engine/ports.ts';
import type { SourcePartition, SourceRecord } from '../engine/record.ts';
import { nameOfSource, type Source } from '../engine/plan/source.ts';

/** What a record is put with, where its value does not say it. */
export interface PutOptions {
  /** @default the value of the source's partition key; of a source without one, another key for each record */
  readonly partitionKey?: string;
  /** When the broker stored it [ms since 1970]. @default now, by the clock of the test */
  readonly arrivalTimeMs?: number;
}

/** One stream or topic in memory: its shards or partitions, and all records that were put. */
export class TestSource {
  readonly name: string;
  readonly catalog = new MemoryShards();
  readonly #source: Source;
  readonly #records = new Map<string, SourceRecord[]>();
  readonly #closed = new Set<string>();
  /** Of the record that was put last; 0 before the first. */
  offset = 0n;
  #shards = 0;

  /** @param partitions shards or partitions to begin with */
  constructor(source: Source, partitions: number) {
    this.#source = source;
    this.name = nameOfSource(source);
    const width = (MAX_HASH + 1n) / BigInt(partitions);
    for (let i = 0; i < partitions; i++) {
      const toHash = i === partitions - 1 ? MAX_HASH : BigInt(i + 1) * width - 1n;
      this.#open({ fromHash: BigInt(i) * width, toHash, parents: [] });
    }
    this.catalog.remains = (partition, after) => {
      if (this.#of(partition).some(({ offset }) => offset > after)) return 'records';
      return this.#closed.has(partition) ? 'ended' : 'none yet';
    };
    this.catalog.holds = (partition, offset) => this.#of(partition).find((record) => record.offset === offset);
    this.catalog.skips = (partition, after, before) =>
      this.#of(partition).find(({ offset }) => offset > after && offset < before)?.offset;
  }

  /** Its shards can be split and merged. */
  get isStream(): boolean {
    return this.#source.kind === 'kinesis';
  }

  /** Names of the shards or partitions that take records. */
  get open(): string[] {
    return [...this.catalog.known.keys()].filter((name) => !this.#closed.has(name));
  }

  partition(pipeline: string, partition: string): SourcePartition {
    return { pipeline, stage: '0', source: this.name, incarnation: '1', partition };
  }

  /** @returns the shard or partition that took it */
  put(data: Uint8Array, partitionKey: string, arrivalTimeMs: number): string {
    const partition = this.#partitionOf(partitionKey);
    const record = { offset: ++this.offset, subSequence: 0, partitionKey, arrivalTimeMs, data };
    this.#records.set(partition, this.#records.get(partition) ?? []);
    this.#records.get(partition)?.push(record);
    return partition;
  }

  /** The partition key of a value, as the source's producers choose it. */
  keyOf(value: unknown): string {
    const field = this.#source.partitionKey;
    if (field === undefined) return String(this.offset);
    const key = (value as Readonly<Record<string, unknown>> | null | undefined)?.[field];
    return typeof key === 'string' ? key : String(JSON.stringify(key));
  }

  /** Records of a partition behind an offset, in order. */
  after(partition: string, offset: bigint): SourceRecord[] {
    return this.#of(partition).filter((record) => record.offset > offset);
  }

  /** @returns the names of both halves */
  split(shard: string): [string, string] {
    const { fromHash, toHash } = this.#close(shard, 'split');
    const middle = (fromHash + toHash) / 2n;
    const parents = [shard];
    return [this.#open({ fromHash, toHash: middle, parents }), this.#open({ fromHash: middle + 1n, toHash, parents })];
  }

  /** @returns the name of the shard that follows both */
  merge(one: string, other: string): string {
    const [low, high] = [one, other]
      .map((shard) => this.#lineageOf(shard, 'merged'))
      .sort((a, b) => (a.fromHash < b.fromHash ? -1 : 1)) as [Lineage, Lineage];
    const isNext = low.toHash + 1n === high.fromHash;
    requireSetting('shards', [one, other], isNext, 'next to each other by hash to be merged', 'merge others');
    for (const shard of [one, other]) this.#close(shard, 'merged');
    return this.#open({ fromHash: low.fromHash, toHash: high.toHash, parents: [one, other] });
  }

  #open(lineage: Lineage): string {
    const number = this.#shards++;
    const name = this.#source.kind === 'kafka' ? String(number) : `shardId-${String(number).padStart(12, '0')}`;
    this.catalog.known.set(name, lineage);
    return name;
  }

  #close(shard: string, what: string): Lineage {
    const lineage = this.#lineageOf(shard, what);
    this.#closed.add(shard);
    return lineage;
  }

  #lineageOf(shard: string, what: string): Lineage {
    const lineage = this.isStream && !this.#closed.has(shard) ? this.catalog.known.get(shard) : undefined;
    const rule = `an open shard of a Kinesis stream to be ${what}`;
    requireSetting('shard', shard, lineage !== undefined, rule, `open are ${this.open.join(', ')} of ${this.name}`);
    return lineage as Lineage;
  }

  #of(partition: string): readonly SourceRecord[] {
    return this.#records.get(partition) ?? [];
  }

  #partitionOf(key: string): string {
    if (this.#source.kind === 'kafka') return String(partitionOf(Buffer.from(key), this.catalog.known.size));
    const hash = hashOfKey(key);
    return this.open.find((shard) => {
      const { fromHash, toHash } = this.catalog.known.get(shard) as Lineage;
      return fromHash <= hash && hash <= toHash;
    }) as string;
  }
}
