import { requireSetting } from '../errors.ts';
import type { AvroFormat } from '../plan/source.ts';

export interface AvroSettings {
  /** Whose wire format the records have, and who knows their schemas. */
  readonly registry: 'confluent' | 'glue';
  /**
   * The schema by which records are read, whatever schema each was written by: an Avro schema as an object. Fields that
   * writers had not yet get their defaults, fields that writers have beyond it are left out.
   *
   * @default each record's own schema
   */
  readonly readerSchema?: object;
}

/**
 * Records in Avro, each with the id of the schema that it was written by: Confluent's wire format, or that of the AWS Glue
 * schema registry. A record whose schema nobody knows, or that cannot be read by the reader's, is a dead letter.
 *
 * @example kafka({ topic: 'departures', partitionKey: 'origin', schema: Departure, format: avro({ registry: 'confluent' }) })
 * @throws INVALID_SETTING
 * @see https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
export function avro({ registry, readerSchema }: AvroSettings): AvroFormat {
  requireSetting(
    'registry',
    registry,
    ['confluent', 'glue'].includes(registry),
    "'confluent' or 'glue'",
    "pass registry: 'confluent'",
  );
  requireSetting(
    'readerSchema',
    typeof readerSchema,
    readerSchema === undefined || (typeof readerSchema === 'object' && readerSchema !== null),
    'an Avro schema as an object',
    "pass { type: 'record', … }",
  );
  return Object.freeze({ kind: 'avro', registry, readerSchema });
}
