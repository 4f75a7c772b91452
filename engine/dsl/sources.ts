import type { StandardSchemaV1 } from '@standard-schema/spec';
import { requireSetting } from '../errors.ts';
import type { KinesisSource } from './topology.ts';

type KeyField<V> = { [K in keyof V & string]: V[K] extends string | number ? K : never }[keyof V & string];

export interface KinesisSettings<S extends StandardSchemaV1, K extends string> {
  /** Stream name, 1 to 128 letters, digits, dots, hyphens and underscores. */
  readonly stream: string;
  /** The field whose value every producer uses as the partition key: a string or a number. */
  readonly partitionKey: K;
  /** What a record looks like: any Standard Schema (zod, valibot, arktype, …) that validates synchronously. */
  readonly schema: S;
  /** Records per invocation at most [1, 10000]. @default 1000 */
  readonly batchSize?: number;
  /** How long Lambda gathers a batch [0, 300000]. @default 1000 */
  readonly maxBatchingWindowMs?: number;
}

/**
 * Reads JSON records from a Kinesis stream.
 *
 * @throws INVALID_SETTING
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export function kinesis<S extends StandardSchemaV1, const K extends KeyField<StandardSchemaV1.InferOutput<S>>>(
  settings: KinesisSettings<S, K>,
): KinesisSource<StandardSchemaV1.InferOutput<S>> & { readonly partitionKey: K } {
  const { stream, partitionKey, schema, batchSize = 1_000, maxBatchingWindowMs = 1_000 } = settings;
  requireSetting('stream', stream, /^[a-zA-Z0-9_.-]{1,128}$/.test(stream), '1 to 128 letters, digits, dots, hyphens and underscores', "pass the stream's name");
  requireSetting('partitionKey', partitionKey, typeof partitionKey === 'string' && partitionKey !== '', 'a field name', 'name a field of the schema');
  requireSetting('schema', typeof schema, typeof Object(schema)['~standard']?.validate === 'function', 'a Standard Schema', 'pass z.object({ … })');
  requireSetting('batchSize', batchSize, Number.isSafeInteger(batchSize) && batchSize >= 1 && batchSize <= 10_000, 'an integer in [1, 10000]', 'leave it out for 1000');
  const inRange = Number.isSafeInteger(maxBatchingWindowMs) && maxBatchingWindowMs >= 0 && maxBatchingWindowMs <= 300_000;
  requireSetting('maxBatchingWindowMs', maxBatchingWindowMs, inRange, 'an integer in [0, 300000]', 'pass seconds(1)');
  return Object.freeze({
    kind: 'kinesis' as const,
    stream,
    partitionKey,
    schema: schema as StandardSchemaV1<unknown, StandardSchemaV1.InferOutput<S>>,
    batchSize,
    maxBatchingWindowMs,
  });
}
