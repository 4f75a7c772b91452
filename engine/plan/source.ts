import type { StandardSchemaV1 } from '@standard-schema/spec';

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
  /** The field whose value every producer uses as the partition key (PL-26); undefined: partition keys say nothing. */
  readonly partitionKey: string | undefined;
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
  /** The field whose value every producer uses as the record's key (PL-26); undefined: keys say nothing, and may be null. */
  readonly partitionKey: string | undefined;
  /** What producers choose a key's partition by; without a partition key `any`. @default 'murmur2' */
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

/** Stream or topic name: what the source is called in logs' names, metrics and errors. */
export function nameOfSource(
  source: Pick<KinesisSource, 'kind' | 'stream'> | Pick<KafkaSource, 'kind' | 'topic'>,
): string {
  return source.kind === 'kinesis' ? source.stream : source.topic;
}

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
