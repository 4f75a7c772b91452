import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aggregate } from '../aggregate/aggregate.ts';
import type { WindowAssigner } from '../window/window-assigner.ts';

/** A Kinesis stream as the source of a pipeline. */
export interface KinesisSource<V = unknown> {
  readonly kind: 'kinesis';
  /** Stream name. */
  readonly stream: string;
  /** The field whose value every producer uses as the partition key (PL-26). */
  readonly partitionKey: string;
  /** Any Standard Schema: zod, valibot, arktype … Must validate synchronously. */
  readonly schema: StandardSchemaV1<unknown, V>;
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
  /** Any Standard Schema: zod, valibot, arktype … Must validate synchronously. */
  readonly schema: StandardSchemaV1<unknown, V>;
  /** Records per invocation at most [1, 10000]. @default 1000 */
  readonly batchSize: number;
  /** How long Lambda gathers a batch [0, 300000]. @default 1000 */
  readonly maxBatchingWindowMs: number;
}

/** Where a pipeline's records come from. */
export type Source<V = unknown> = KinesisSource<V> | KafkaSource<V>;

export interface EventTime<V = unknown> {
  /** When it happened [ms since 1970]. */
  readonly timestampExtractor: (value: V) => number;
  readonly maxOutOfOrdernessMs: number;
  readonly idleTimeoutMs: number;
  /** How far ahead of its arrival an event may claim to be (PL-14). */
  readonly maxClockSkewMs: number;
}

/** Where results go. */
export type SinkSpec = { readonly kind: 'resultTable' } | { readonly kind: 'lake' } | StreamSinkSpec;

export interface StreamSinkSpec {
  readonly kind: 'stream';
  /** Stream name. */
  readonly stream: string;
}

/** The frozen graph of one pipeline: what the infrastructure and the functions are derived from. */
export interface Topology<V = unknown> {
  readonly name: string;
  readonly source: Source<V>;
  readonly eventTime: EventTime<V>;
  /** Field that groups records; equals the source's partition key. */
  readonly keyField: string;
  readonly window: WindowAssigner;
  readonly allowedLatenessMs: number;
  /** By result field, in the order of the definition. */
  readonly aggregates: ReadonlyArray<{ readonly name: string; readonly aggregate: Aggregate<V> }>;
  readonly sinks: readonly SinkSpec[];
}
