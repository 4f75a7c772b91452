import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ResultType } from '../aggregate/aggregate.ts';
import type { Operator } from '../operator.ts';
import type { ResultRow } from '../outputs.ts';
import type { TableSpec } from '../state/table.ts';
import type { Transform } from '../plan/transform-records.ts';

/** What the bytes of a record are. */
export type Format = { readonly kind: 'json' } | AvroFormat;

/** Avro, each record with the id of the schema that it was written by. */
export interface AvroFormat {
  readonly kind: 'avro';
  readonly registry: 'confluent' | 'glue';
  /** Schema to read by; undefined: each record's own. */
  readonly readerSchema: object | undefined;
}

/** A Kinesis stream as the source of a pipeline. */
export interface KinesisSource<V = unknown> {
  readonly kind: 'kinesis';
  /** Stream name. */
  readonly stream: string;
  /** The field whose value every producer uses as the partition key (PL-26). */
  readonly partitionKey: string;
  /** Any Standard Schema: zod, valibot, arktype … Must validate synchronously. */
  readonly schema: StandardSchemaV1<unknown, V>;
  /** What the bytes are. @default JSON_FORMAT */
  readonly format: Format;
  /** Records per invocation at most [1, 10000]. @default 1000 */
  readonly batchSize: number;
  /** How long Lambda gathers a batch [0, 300000]. @default 1000 */
  readonly maxBatchingWindowMs: number;
}

/** A Kafka topic as the source of a pipeline. */
export interface KafkaSource<V = unknown> {
  readonly kind: 'kafka';
  /** Topic name. */
  readonly topic: string;
  /** The field whose value every producer uses as the record's key (PL-26). */
  readonly partitionKey: string;
  /** What producers choose a key's partition by. @default 'murmur2' */
  readonly partitioner: 'murmur2' | 'any';
  /** Whether records of aborted transactions are looked for and left out. @default 'read_uncommitted' */
  readonly isolationLevel: 'read_committed' | 'read_uncommitted';
  /** Any Standard Schema: zod, valibot, arktype … Must validate synchronously. */
  readonly schema: StandardSchemaV1<unknown, V>;
  /** What the bytes are. @default JSON_FORMAT */
  readonly format: Format;
  /** Records per invocation at most [1, 10000]. @default 1000 */
  readonly batchSize: number;
  /** How long Lambda gathers a batch [0, 300000]. @default 1000 */
  readonly maxBatchingWindowMs: number;
}

/** Where a pipeline's records come from. */
export type Source<V = unknown> = KinesisSource<V> | KafkaSource<V>;

/** Which clock windows go by, and how far it may be trusted. */
export interface EventTime {
  /** `event`: when it happened; `arrival`: when the broker stored it; `processing`: when it is processed. */
  readonly kind: 'event' | 'arrival' | 'processing';
  /** When it happened [ms since 1970]; of kind `event` only. */
  readonly timestampExtractor: (value: unknown) => number;
  /** The watermark that a record carries, if any; undefined: it follows from the event times. */
  readonly watermarkExtractor: ((value: unknown) => number | undefined) | undefined;
  readonly maxOutOfOrdernessMs: number;
  readonly idleTimeoutMs: number;
  /** How far ahead of its arrival an event may claim to be (PL-14). */
  readonly maxClockSkewMs: number;
}

/** Where results go. */
export type SinkSpec = { readonly kind: 'resultTable' } | { readonly kind: 'lake' } | StreamSinkSpec | TopicSinkSpec;

export interface StreamSinkSpec {
  readonly kind: 'stream';
  /** Stream name. */
  readonly stream: string;
}

export interface TopicSinkSpec {
  readonly kind: 'topic';
  /** Topic name. */
  readonly topic: string;
  /** What a compacted topic keeps the newest result of. */
  readonly latestPer: 'key' | 'window';
}

export interface ResultColumn {
  readonly name: string;
  readonly type: ResultType;
  /** How it is computed, for people, e.g. `mean(delay)`. */
  readonly descriptor: string;
}

/** What the results of a pipeline are, for those who show, store or count them. */
export interface ResultShape {
  /** `window`: told apart by key and window; `sequence`: by key and a running number. */
  readonly identity: 'window' | 'sequence';
  readonly columns: readonly ResultColumn[];
  /** How long a window lasts, or is likely to; undefined without windows. */
  readonly windowMs: number | undefined;
  /** For how long after its end a window is kept. */
  readonly allowedLatenessMs: number;
}

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
