import type { Operator } from './operator.ts';
import type { ResultRow } from './outputs.ts';
import type { ResultShape } from './plan/results.ts';
import type { SinkSpec } from './plan/sink.ts';
import type { EventTime, Source } from './plan/source.ts';
import type { Transform } from './plan/transform-records.ts';
import type { TableSpec } from './state/table.ts';

/** The frozen graph of one pipeline: what the infrastructure and the functions are derived from. */
export interface Topology {
  readonly name: string;
  readonly source: Source;
  readonly eventTime: EventTime;
  /** What happens to a record before it has a key; undefined: nothing. */
  readonly transform: Transform | undefined;
  /** Fields that group records; the first is the source's partition key. */
  readonly keyFields: readonly string[];
  /** @throws KEY_INVALID, KEY_MISMATCH (data) */
  keyOf(value: unknown, partitionKey: string): string;
  /** The part of a key that decides to which shard it belongs (PL-26). */
  routingKeyOf(key: string): string;
  /** In the order of their work; at least one. */
  readonly operators: readonly Operator[];
  /** All tables of all operators, in order. */
  readonly tables: readonly TableSpec[];
  /** What becomes of a result of operator `from`; undefined: it is left out. */
  shape(from: number, row: ResultRow): ResultRow | undefined;
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
