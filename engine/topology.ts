import type { Combinable } from './exchange/combine.ts';
import type { Operator } from './operator.ts';
import type { ResultRow } from './outputs.ts';
import type { ResultShape } from './plan/results.ts';
import type { SinkSpec } from './plan/sink.ts';
import type { Exchange } from './plan/exchange.ts';
import type { EventTime, Source } from './plan/source.ts';
import type { Transform } from './plan/transform-records.ts';
import type { TableSpec } from './state/table.ts';

/** The frozen graph of one fragment: what the infrastructure and the functions are derived from. */
export interface Topology {
  readonly name: string;
  /** Its records are the rows of an exchange; undefined: those of the source. */
  readonly receivesFrom: Exchange | undefined;
  /** The senders of `receivesFrom` are receivers of these; empty: they are the partitions of the source. */
  readonly sentBy: readonly Exchange[];
  /** What its last operator gives, or each record where it has none, goes through an exchange; undefined: to the sinks. */
  readonly sendsTo: Exchange | undefined;
  /**
   * The key of what it sends.
   *
   * @throws KEY_INVALID (data)
   */
  sentKeyOf(value: unknown): string;
  /** Rows that it sends may be combined (PL-29); undefined: they are sent as they are. */
  readonly combines: Combines | undefined;
  /** Of what it receives: windows that can take combined rows; undefined: there are none. */
  readonly takesCombined: Combinable | undefined;
  /** All exchanges from here on, in the order of the fragments; empty behind the last. */
  readonly downstream: readonly Downstream[];
  /** All sources of the pipeline, each read by a fragment of its own; several send to the first exchange together. */
  readonly sources: readonly Source[];
  /** What this fragment reads; behind an exchange the first one of the pipeline. */
  readonly source: Source;
  readonly eventTime: EventTime;
  /** What happens to a record before it has a key; undefined: nothing. */
  readonly transform: Transform | undefined;
  /** Fields that group records; without an exchange before it the first is the source's partition key. Of a fragment without operators those of its exchange. */
  readonly keyFields: readonly string[];
  /** @throws KEY_INVALID, KEY_MISMATCH (data) */
  keyOf(value: unknown, partitionKey: string): string;
  /** The part of a key that decides to which shard it belongs (PL-26). */
  routingKeyOf(key: string): string;
  /** In the order of their work; at least one where there is no exchange behind it. */
  readonly operators: readonly Operator[];
  /** All tables of all operators, in order. */
  readonly tables: readonly TableSpec[];
  /** What becomes of a result of operator `from`; undefined: it is left out. */
  shape(from: number, row: ResultRow): ResultRow | undefined;
  /** A result as it goes through the exchange, with the fields of its key and its window. */
  exchanged(row: ResultRow): Readonly<Record<string, unknown>>;
  readonly results: ResultShape;
  /**
   * A result as it leaves for the sinks.
   *
   * @throws RESULT_INVALID, VALUE_NOT_JSON, VALUE_TOO_LARGE (data)
   */
  checked(row: ResultRow): ResultRow;
  /** Names of the outputs beside the results. */
  readonly sideOutputs: readonly string[];
  readonly sinks: readonly SinkSpec[];
}

/** How a fragment combines what it sends. */
export interface Combines {
  readonly combinable: Combinable;
  /** Fingerprint of the state schema of those that receive it. */
  readonly receivers: string;
}

/** An exchange behind a fragment. */
export interface Downstream {
  readonly exchange: Exchange;
  /** By how much the time of its receivers is behind the output watermark of that fragment [ms]. */
  readonly delayMs: number;
}

/** By how much the time of what leaves a fragment is behind its watermark (PL-34) [ms]. */
export function outputDelayMs({ operators }: Pick<Topology, 'operators'>): number {
  return operators.reduce((sum, operator) => sum + operator.delayMs, 0);
}

/** Of the fragment that reads the source: keys have state where their records are; else an exchange places them (PL-26). */
export function hasKeysInPlace({ operators }: Pick<Topology, 'operators'>): boolean {
  return operators.length > 0;
}

/** The fragments of a pipeline that read its sources. */
export const readingOf = (fragments: readonly Topology[]): Topology[] =>
  fragments.filter(({ receivesFrom }) => receivesFrom === undefined);

/** Those behind its exchanges. */
export const receivingOf = (fragments: readonly Topology[]): Topology[] =>
  fragments.filter(({ receivesFrom }) => receivesFrom !== undefined);
