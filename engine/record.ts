import type { TidemarkError } from './errors.ts';
import type { PartialResult } from './exchange/partial-result.ts';
import type { Side } from './join/side.ts';

/** A position in a source partition: a Kinesis sequence number or a Kafka offset. Always a big integer (PL-10). */
export type Offset = bigint;

/** State before the first record: every real offset is larger. */
export const BEFORE_FIRST: Offset = -1n;

/**
 * One ordered part of a source, and the identity of its log (PL-11).
 *
 * @example { pipeline: 'flights', stage: '0', source: 'departures', incarnation: '1700000000000', partition: 'shardId-000000000000' }
 */
export interface SourcePartition {
  readonly pipeline: string;
  readonly stage: string;
  /** Stream or topic name. */
  readonly source: string;
  /** Stream creation time in ms, or Kafka topic id: a source deleted and created again is another one. */
  readonly incarnation: string;
  /** Shard id or partition number. */
  readonly partition: string;
}

/** What a producer sent beside key and value: as text where it is UTF-8. Nothing is counted by it. */
export type RecordHeader =
  { readonly name: string; readonly text: string } | { readonly name: string; readonly base64: string };

/** A record as the broker gave it, not yet decoded. */
export interface SourceRecord {
  readonly offset: Offset;
  /** Place inside an aggregated record; 0 when it is not one. All places share one offset. */
  readonly subSequence: number;
  readonly partitionKey: string;
  /** When the broker stored it, or its producer says that it did; never after the function took it over [ms since 1970]. */
  readonly arrivalTimeMs: number;
  /**
   * When the function took over a record whose arrival is its producer's word: what the clock skew and idleness go by.
   * undefined: `arrivalTimeMs`, which is the broker's [ms since 1970].
   */
  readonly receivedTimeMs?: number;
  readonly data: Uint8Array;
  /** `data` as UTF-8, where the adapter has decoded it; undefined: the engine does. */
  readonly text?: string | undefined;
  /** Asked for only where the record is kept: late, or as a dead letter. */
  readonly headers?: () => readonly RecordHeader[];
  /** What `data` says, in a format that an adapter has read already; undefined: the engine reads it as JSON. */
  readonly value?: unknown;
  /** Of what came through an exchange: times that its sender has decided; `value` is what it sent. */
  readonly arrival?: Arrival;
  /** Of kind data: why the adapter could not take it apart, or may not have it counted here. It becomes a dead letter. */
  readonly refusal?: TidemarkError;
}

/**
 * A row of an exchange, or the end of the entry that the rows before it came in. Both are taken in their place among the
 * receiver's records; all of one entry share an offset, so that they belong to one commit.
 */
export type Arrival =
  | {
      readonly kind: 'row';
      readonly eventTimeMs: number;
      /** Its sender's output watermark before it: by this one it is late, and by no other (PL-44). */
      readonly watermarkMs: number;
      /** It is several rows that its sender has combined; in place of `value`. */
      readonly partial?: PartialResult | undefined;
      /** Which input of a join it is of. */
      readonly side?: Side | undefined;
    }
  /** The receiver's watermark once the entry has been taken: the smallest of its senders' (PL-34). */
  | { readonly kind: 'end'; readonly watermarkMs: number };

/** How many records it stands for: none where it is the end of an entry, several where rows were combined. */
export function countOf({ arrival }: Pick<SourceRecord, 'arrival'>): number {
  if (arrival === undefined) return 1;
  return arrival.kind === 'end' ? 0 : (arrival.partial?.records ?? 1);
}

/** The record with other fields: its offset and bytes may be made when they are asked for, so no spread copies them. */
export function withFields(record: SourceRecord, fields: Partial<SourceRecord>): SourceRecord {
  const { offset, data } = record;
  return { ...record, offset, data, ...fields };
}

/** Whether a record is a further place of the offset that the one before it has. Offsets are not asked for in vain. */
export function sharesOffset(record: SourceRecord | undefined, before: SourceRecord | undefined): boolean {
  return record !== undefined && record.subSequence > 0 && record.offset === before?.offset;
}

/** One partition's records, in ascending offset, all places of an offset together. May repeat what was seen before. */
export interface SourceBatch {
  readonly partition: SourcePartition;
  readonly records: readonly SourceRecord[];
  /** When the invocation that brings it began, before it asked the source anything [ms since 1970]. @default now */
  readonly begunMs?: number;
}
