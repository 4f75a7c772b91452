import type { StandardSchemaV1 } from '@standard-schema/spec';
import { requireSetting, TidemarkError } from '../errors.ts';
import type { Format, KafkaSource, KinesisSource, Source } from '../plan/source.ts';

type KeyField<V> = { [K in keyof V & string]: V[K] extends string | number ? K : never }[keyof V & string];

const JSON_FORMAT: Format = Object.freeze({ kind: 'json' });

/** What every source needs. */
interface SourceSettings<S extends StandardSchemaV1, K extends string | undefined> {
  /** What a record looks like: any Standard Schema (zod, valibot, arktype, …) that validates synchronously. */
  readonly schema: S;
  /** What the bytes of a record are: JSON, or `avro({ … })`. @default JSON */
  readonly format?: Format;
  /**
   * The field whose value every producer uses as the partition key: a string or a number. Left out where partition keys say
   * nothing of a record, or there are none: then every key goes through an exchange.
   */
  readonly partitionKey?: K;
  /** Records per invocation at most [1, 10000]. @default 1000 */
  readonly batchSize?: number;
  /** How long Lambda gathers a batch [0, 300000]. @default 1000 */
  readonly maxBatchingWindowMs?: number;
}

export interface KinesisSourceSettings<S extends StandardSchemaV1, K extends string | undefined> extends SourceSettings<
  S,
  K
> {
  /** Stream name, 1 to 128 letters, digits, dots, hyphens and underscores. */
  readonly stream: string;
}

export interface KafkaSourceSettings<S extends StandardSchemaV1, K extends string | undefined> extends SourceSettings<
  S,
  K
> {
  /** Topic name, 1 to 249 letters, digits, dots, hyphens and underscores. */
  readonly topic: string;
  /**
   * What producers choose a key's partition by: `murmur2` is what Java's client, kafkajs and others do by default, and a
   * record in another partition than that is a dead letter, for its key would have two states (PL-26). `any`: something
   * else, and you see to it that all producers do the same.
   *
   * @default 'murmur2'; without a partition key there is nothing to choose by
   */
  readonly partitioner?: 'murmur2' | 'any';
  /**
   * For topics with transactional producers, `read_committed`: each batch is looked up at the brokers before it is counted, so
   * that nothing of an aborted transaction is, whatever has polled it. Lambda's documents do not say what its poller does. Costs
   * a second read of every record. `read_uncommitted`: what was polled is counted.
   *
   * @default 'read_uncommitted'
   */
  readonly isolationLevel?: 'read_committed' | 'read_uncommitted';
}

/**
 * Reads records from a Kinesis stream.
 *
 * @example kinesis({ stream: 'departures', partitionKey: 'origin', schema: Departure }) · kinesis({ stream: 'changes', schema: Change })
 * @throws INVALID_SETTING
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export function kinesis<
  S extends StandardSchemaV1,
  const K extends KeyField<StandardSchemaV1.InferOutput<S>> | undefined = undefined,
>(
  settings: KinesisSourceSettings<S, K>,
): KinesisSource<StandardSchemaV1.InferOutput<S>> & { readonly partitionKey: K } {
  return Object.freeze({ kind: 'kinesis' as const, stream: requireStreamName(settings.stream), ...checked(settings) });
}

/**
 * Reads records from a Kafka topic, of MSK or any other cluster. Record keys are text and equal the partition key's
 * field; without a partition key they may be anything, or null.
 *
 * @example kafka({ topic: 'departures', partitionKey: 'origin', schema: Departure })
 * @throws INVALID_SETTING
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 */
export function kafka<
  S extends StandardSchemaV1,
  const K extends KeyField<StandardSchemaV1.InferOutput<S>> | undefined = undefined,
>(settings: KafkaSourceSettings<S, K>): KafkaSource<StandardSchemaV1.InferOutput<S>> & { readonly partitionKey: K } {
  const { topic, partitionKey, isolationLevel = 'read_uncommitted' } = settings;
  const { partitioner = partitionKey === undefined ? 'any' : 'murmur2' } = settings;
  requireTopicName(topic);
  requireSetting(
    'partitioner',
    partitioner,
    ['murmur2', 'any'].includes(partitioner),
    "'murmur2' or 'any'",
    'leave it out for murmur2',
  );
  const isAsked = partitionKey !== undefined || partitioner === 'any';
  requireSetting('partitioner', partitioner, isAsked, 'left out without a partition key', 'leave it out');
  requireSetting(
    'isolationLevel',
    isolationLevel,
    ['read_committed', 'read_uncommitted'].includes(isolationLevel),
    "'read_committed' or 'read_uncommitted'",
    'leave it out where no producer has transactions',
  );
  return Object.freeze({ kind: 'kafka' as const, topic, partitioner, isolationLevel, ...checked(settings) });
}

/** @throws INVALID_SETTING */
export function requireTopicName(topic: string): string {
  return requireSetting(
    'topic',
    topic,
    /^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,248}$/.test(topic),
    '1 to 249 letters, digits, dots, hyphens and underscores, not beginning with a dot',
    "pass the topic's name",
  );
}

/** For what works with a topic only. @throws NEEDS_KAFKA (invalid) */
export function requireKafka(source: Source, what: string): KafkaSource {
  if (source.kind === 'kafka') return source;
  throw new TidemarkError(
    'invalid',
    'NEEDS_KAFKA',
    `source for ${what} must be kafka({ … }), got kinesis({ stream: ${JSON.stringify(source.stream)} }); connect the pipeline's own function`,
  );
}

/**
 * For what works with a stream only.
 *
 * @param what e.g. 'tidemark send'
 * @throws NEEDS_KINESIS (invalid)
 */
export function requireKinesis<S extends Pick<KinesisSource, 'kind'> | Pick<KafkaSource, 'kind' | 'topic'>>(
  source: S,
  what: string,
): Extract<S, { kind: 'kinesis' }> {
  if (source.kind === 'kinesis') return source as Extract<S, { kind: 'kinesis' }>;
  throw new TidemarkError(
    'invalid',
    'NEEDS_KINESIS',
    `source for ${what} must be kinesis({ … }), got kafka({ topic: ${JSON.stringify(source.topic)} }); see docs/kafka.md for what there is instead`,
  );
}

function checked<S extends StandardSchemaV1, K extends string | undefined>({
  partitionKey,
  schema,
  format = JSON_FORMAT,
  batchSize = 1_000,
  maxBatchingWindowMs = 1_000,
}: SourceSettings<S, K>) {
  requireSetting(
    'partitionKey',
    partitionKey,
    partitionKey === undefined || (typeof partitionKey === 'string' && partitionKey !== ''),
    'a field name',
    'name a field of the schema, or leave it out where partition keys say nothing of a record',
  );
  requireSetting(
    'schema',
    typeof schema,
    typeof Object(schema)['~standard']?.validate === 'function',
    'a Standard Schema',
    'pass z.object({ … })',
  );
  requireSetting(
    'format',
    format.kind,
    ['json', 'avro'].includes(format.kind),
    'avro({ … }), or left out for JSON',
    'leave it out',
  );
  requireSetting(
    'batchSize',
    batchSize,
    Number.isSafeInteger(batchSize) && batchSize >= 1 && batchSize <= 10_000,
    'an integer in [1, 10000]',
    'leave it out for 1000',
  );
  const inRange =
    Number.isSafeInteger(maxBatchingWindowMs) && maxBatchingWindowMs >= 0 && maxBatchingWindowMs <= 300_000;
  requireSetting('maxBatchingWindowMs', maxBatchingWindowMs, inRange, 'an integer in [0, 300000]', 'pass seconds(1)');
  return {
    partitionKey: partitionKey as K,
    schema: schema as StandardSchemaV1<unknown, StandardSchemaV1.InferOutput<S>>,
    format,
    batchSize,
    maxBatchingWindowMs,
  };
}

/** @throws INVALID_SETTING */
export function requireStreamName(name: string): string {
  return requireSetting(
    'stream',
    name,
    /^[a-zA-Z0-9_.-]{1,128}$/.test(name),
    '1 to 128 letters, digits, dots, hyphens and underscores',
    "pass the stream's name",
  );
}
