import type { Input } from '../../../local/inputs/input.ts';
import { shardStarts } from '../expected.ts';
import { shardOf } from '../records-by-shard.ts';

/** A record as it came, with what its shard knew of time just before. */
export interface Arrived<V> {
  readonly value: V;
  readonly shard: number;
  /** Undefined before the shard's first record. */
  readonly watermarkMs: number | undefined;
}

export interface Arrivals<V> {
  /** In order of arrival. */
  readonly records: ReadonlyArray<Arrived<V>>;
  /** Of each shard that has had a record, after its last one. */
  readonly watermarks: ReadonlyMap<number, number>;
}

export interface ArrivalsSettings<V> {
  readonly input: Input;
  readonly records: number;
  readonly shards: number;
  readonly timeOf: (value: V) => number;
  readonly maxOutOfOrdernessMs: number;
}

/** The first records of an input with their watermarks: each shard's is so far behind the newest event that it has seen. */
export async function arrivalsOf<V>({
  input,
  records,
  shards,
  timeOf,
  maxOutOfOrdernessMs,
}: ArrivalsSettings<V>): Promise<Arrivals<V>> {
  const starts = shardStarts(shards);
  const watermarks = new Map<number, number>();
  const arrived: Array<Arrived<V>> = [];
  for await (const piece of input.read(0, Math.min(records, input.length))) {
    for (const { partitionKey, data } of piece) {
      const value = JSON.parse(Buffer.from(data).toString('utf8')) as V;
      const shard = shardOf(partitionKey, starts);
      const watermarkMs = watermarks.get(shard);
      arrived.push({ value, shard, watermarkMs });
      watermarks.set(shard, Math.max(watermarkMs ?? Number.NEGATIVE_INFINITY, timeOf(value) - maxOutOfOrdernessMs));
    }
  }
  return { records: arrived, watermarks };
}
