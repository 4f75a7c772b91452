/**
 * What a world runs: a pipeline, and what must come out of it, computed the plain way. Keys know nothing of each other, so
 * a pipeline says only what becomes of one key; the reference adds shards, resharding, ticks and dead letters.
 */
import type { Pipeline } from '../../../engine/index.ts';
import type { KeyedStream } from '../../../engine/dsl/keyed-stream.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import type { PlanSizes } from '../plan.ts';

export interface Reading {
  readonly sensor: string;
  readonly atMs: number;
  readonly value: number;
}

/** Which definition: the first, a later one that reads its state and knows more, or one that cannot read it (PL-30). */
export type Deployment = 'first' | 'later' | 'incompatible';

export interface SimulatedPipeline {
  readonly name: string;
  /** Of so many worlds one, by proportion. */
  readonly weight: number;
  define(stream: KeyedStream<Reading>, settings: PlanSizes, deployment: Deployment): Pipeline;
  /** A key that has had no record yet. */
  key(sensor: string, settings: PlanSizes): PlainKey;
  /** undefined: what stands in the end depends on which sender came first, so it has no place behind an exchange. */
  readonly exchanged?: PlainExchanged;
}

/** What becomes of rows that an exchange has brought, whoever came first (PL-44). */
export interface PlainExchanged {
  isLate(row: PlainArrival, settings: PlanSizes): boolean;
  /** @param rows of one key, all in time */
  finals(rows: readonly PlainArrival[], settings: PlanSizes): PlainFinal[];
}

/** A row as its sender gave it away. */
export interface PlainArrival {
  readonly atMs: number;
  readonly value: number;
  /** Of its sender, before it. */
  readonly watermarkMs: number;
}

/** A result that stands in the end, whatever revision it is. */
export type PlainFinal = Pick<ResultRow, 'windowStartMs' | 'windowEndMs' | 'values'>;

/** What has come of one key so far, by a plain program. A child shard goes on with the keys of its parents. */
export interface PlainKey {
  /** @returns false: it came too late for everything */
  take(reading: Reading, clock: PlainClock): boolean;
  /** The watermark goes on to `toMs`; `clock` has it as it was. */
  advance(toMs: number, clock: PlainClock): void;
  /** What is due by processing time up to `toMs` comes out; the clock's may be further. */
  advanceProcessing(toMs: number, clock: PlainClock): void;
  /** What has never come out, though time alone would bring it, by name. */
  readonly waiting: readonly string[];
}

/** A result as the reference has it: of a numbered one only the order is known. */
export type PlainRow = Omit<ResultRow, 'key' | 'sequence'>;

export interface PlainClock {
  /** The watermark of the key: its shard's, or the one that it had before a merge. */
  readonly keyMs: number;
  readonly processingTimeMs: number;
  /** The later definition is at work. */
  readonly isLater: boolean;
  emit(row: PlainRow): void;
  emitTo(output: string, eventTimeMs: number, value: unknown): void;
}
