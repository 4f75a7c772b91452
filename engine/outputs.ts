import type { Offset, RecordHeader } from './record.ts';

/** What one firing of a window says. Of a (key, window) the newest log's newest revision replaces the others (PL-17). */
export interface ResultRow {
  readonly key: string;
  /** The window is `[windowStartMs, windowEndMs)`. */
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  /** How many times this (key, window) has fired or been taken back, from 1. */
  readonly revision: number;
  /** Of results without a window of their own, such as those of count windows: tells them apart within a key. */
  readonly sequence?: number;
  /** A tombstone: what the revision before it said does not hold any more. `values` repeat it, or are empty. */
  readonly retracted?: true;
  /** The aggregates by name, e.g. `{ departures: 12, meanDelayMin: 3.5 }`; in an outbox plain data, see `RowCheck`. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** A result as a sink stores it and a reader finds it. */
export interface StoredResult extends ResultRow {
  /** Epoch of the log that said it; left out where it is 0, as in all that the release before has stored. */
  readonly logEpochMs?: number;
}

/** Names that result rows bear already, and the one that no plain object can bear. */
export const RESERVED_NAMES: readonly string[] = [
  'id',
  'key',
  'windowStartMs',
  'windowEndMs',
  'revision',
  'logEpochMs',
  'sequence',
  'retracted',
  'values',
  '__proto__',
];

/** A record that came after its windows had closed. Counted, and kept byte for byte. */
export interface LateRecord {
  readonly offset: Offset;
  readonly subSequence: number;
  readonly key: string;
  readonly eventTimeMs: number;
  readonly arrivalTimeMs: number;
  /** The partition's watermark when it arrived. */
  readonly watermarkMs: number;
  readonly headers?: readonly RecordHeader[];
  readonly data: Uint8Array;
}

/** A record that could not be counted, with the reason and its original bytes (PL-15). */
export interface DeadLetter {
  readonly offset: Offset;
  readonly subSequence: number;
  readonly partitionKey: string;
  readonly arrivalTimeMs: number;
  /** Stable and upper case, e.g. `NOT_JSON`. */
  readonly code: string;
  /** For people; never the payload. */
  readonly reason: string;
  readonly headers?: readonly RecordHeader[];
  readonly data: Uint8Array;
}

/** A value that a branch or a process function sent beside the results. */
export interface SideOutput {
  /** Which one: its name in the pipeline. */
  readonly output: string;
  readonly key: string;
  readonly eventTimeMs: number;
  /** Tells it from the others of its partition. */
  readonly sequence: number;
  /** Plain data: see `checkedSideValue`. */
  readonly value: unknown;
}

/** Everything that one commit decided and that has to reach the sinks. */
export interface Outbox {
  readonly results: readonly ResultRow[];
  readonly sideOutputs: readonly SideOutput[];
  readonly lateRecords: readonly LateRecord[];
  readonly deadLetters: readonly DeadLetter[];
}

export const EMPTY_OUTBOX: Outbox = Object.freeze({ results: [], sideOutputs: [], lateRecords: [], deadLetters: [] });

export function isEmptyOutbox({ results, sideOutputs, lateRecords, deadLetters }: Outbox): boolean {
  return results.length + sideOutputs.length + lateRecords.length + deadLetters.length === 0;
}

/**
 * The id by which readers of an at-least-once sink drop repeats (PL-17): two results that differ have two ids, also where
 * another log counts its revisions from 1 again. The key comes last, so that no key can be mistaken for another field.
 *
 * @param epochMs of the log that says it; 0 leaves it out
 * @example 'flights/results/978307200000-978310800000/1700000000000.1/ATL'
 */
export function resultId(pipeline: string, row: ResultRow, epochMs: number): string {
  const place = row.sequence === undefined ? `${row.windowStartMs}-${row.windowEndMs}` : `n${row.sequence}`;
  const revision = epochMs === 0 ? row.revision : `${epochMs}.${row.revision}`;
  return `${pipeline}/results/${place}/${revision}/${row.key}`;
}

/**
 * The id of a side output within its output.
 *
 * @example 'shardId-000000000000/1700000000000/7'
 */
export function sideOutputId(partition: string, { sequence }: Pick<SideOutput, 'sequence'>, epochMs: number): string {
  return epochMs === 0 ? `${partition}/${sequence}` : `${partition}/${epochMs}/${sequence}`;
}

/** Whether `one` replaces `other` of the same place: the newer log, and within a log the newer revision (PL-17). */
export function isNewer(one: Said, other: Said): boolean {
  const [epochMs, otherEpochMs] = [one.logEpochMs ?? 0, other.logEpochMs ?? 0];
  return epochMs === otherEpochMs ? one.revision > other.revision : epochMs > otherEpochMs;
}

type Said = Pick<StoredResult, 'logEpochMs' | 'revision'>;

/** What a sink stores of it. */
export function storedResult(row: ResultRow, epochMs: number): StoredResult {
  return epochMs === 0 ? row : { ...row, logEpochMs: epochMs };
}

/** The number that tells the results of one key apart: the sort key of a result table. */
export function sortKeyOf(identity: 'window' | 'sequence'): 'windowStartMs' | 'sequence' {
  return identity === 'window' ? 'windowStartMs' : 'sequence';
}

/** The place of a result among those of its key. */
export function placeOf({ sequence, windowStartMs }: Pick<ResultRow, 'sequence' | 'windowStartMs'>): number {
  return sequence ?? windowStartMs;
}
