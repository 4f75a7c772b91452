import { DEFAULT_INLINE_LIMIT_KIB, INLINE_LIMIT_RANGE_KIB } from '../engine/partition-log/inline-limit.ts';
import { readKafkaEnvironment, type KafkaEnvironment } from './kafka-environment.ts';
import { isSecret, reader, SECRET_RULE, type Variables } from './variables.ts';

/**
 * The environment variables of the functions: set by `lib/` and by the local runner, read by `wiring.ts`, nowhere else.
 * Endpoints of emulators come through the SDK's own `AWS_ENDPOINT_URL_*`.
 */
export interface FunctionEnvironment extends KafkaEnvironment {
  /** Table of the partition logs. */
  readonly TIDEMARK_LOG_TABLE: string;
  /** Table of the results; empty when the pipeline has no result table. */
  readonly TIDEMARK_RESULTS_TABLE: string;
  /** `yes` when that table is of an earlier stack. @default no */
  readonly TIDEMARK_RESULTS_TABLE_RETAINED?: string;
  /** Snapshots and large deltas: `s3://bucket/prefix` or `file:///folder`. */
  readonly TIDEMARK_BLOBS: string;
  /** Results, late records and dead letters as gzip NDJSON: `s3://bucket/prefix` or `file:///folder`. */
  readonly TIDEMARK_LAKE: string;
  /** Firehose stream that brings the results to the lake. @default '': the function writes them there itself */
  readonly TIDEMARK_LAKE_FIREHOSE?: string;
  /**
   * By what calls name the Kinesis stream that is read: its ARN, or its name where an emulator knows no ARNs; empty when there
   * is none. @default ''
   */
  readonly TIDEMARK_STREAM?: string;
  /**
   * URL of the FIFO queue that calls the receivers of the pipeline's exchange; empty when nothing calls them. Of a pipeline with
   * several exchanges those that the function rings, e.g. `by-destination=https://… all=https://…`. @default ''
   */
  readonly TIDEMARK_DOORBELL?: string;
  /** Name of the stream or topic that the function reads, of a pipeline with several; empty: the first one. @default '' */
  readonly TIDEMARK_SOURCE?: string;
  /** Id of the exchange behind which the function runs; empty: the first one. @default '' */
  readonly TIDEMARK_EXCHANGE?: string;
  /** Kinesis stream that gets the results, ARN or name; empty when the pipeline has no stream() sink. @default '' */
  readonly TIDEMARK_OUTPUT_STREAM?: string;
  /** Address of the Confluent schema registry, `https://user:secret@host` where it asks for one; empty when there is none. @default '' */
  readonly TIDEMARK_SCHEMA_REGISTRY?: string;
  /** Credentials for it in place of those in its address, `{"username", "password"}`. ARN of a secret, or `file:///….json`. @default '': none */
  readonly TIDEMARK_SCHEMA_REGISTRY_SECRET?: string;
  /** `yes` when the event source mapping reports batch item failures: Kafka's does in provisioned mode only. @default no */
  readonly TIDEMARK_PARTIAL_BATCHES?: string;
  /** How far back the log table can be restored, whole days: snapshots of that time are kept. @default 0 */
  readonly TIDEMARK_RECOVERY_DAYS?: string;
  /** Bodies of the log above this are put into S3 instead of its table (PL-9), whole KiB [1, 120]. @default 8 */
  readonly TIDEMARK_INLINE_KIB?: string;
  /** How long an invocation may take: code of the pipeline is stopped so early that the rest fits [ms]. @default 60000 */
  readonly TIDEMARK_TIMEOUT_MS?: string;
  /** Part of the namespace of the metrics, e.g. `prod`. @default local */
  readonly TIDEMARK_STAGE?: string;
}

/**
 * Reads and checks the environment, once, at cold start.
 *
 * @throws INVALID_SETTING naming the variable
 */
export function readEnvironment(variables: Variables): Required<FunctionEnvironment> {
  const text = reader<FunctionEnvironment>(variables);
  const yesOrNo = (name: keyof FunctionEnvironment): string =>
    text(name, (value) => value === 'yes' || value === 'no', "'yes' or 'no'", 'no');
  const isPlace = (value: string) => /^(s3:\/\/[a-z0-9][a-z0-9.-]{2,62}(\/.*)?|file:\/\/\/.+)$/.test(value);
  return Object.freeze({
    TIDEMARK_LOG_TABLE: text('TIDEMARK_LOG_TABLE', (value) => value !== '', 'the name of a table'),
    TIDEMARK_RESULTS_TABLE: text('TIDEMARK_RESULTS_TABLE', () => true, 'the name of a table'),
    TIDEMARK_RESULTS_TABLE_RETAINED: yesOrNo('TIDEMARK_RESULTS_TABLE_RETAINED'),
    TIDEMARK_BLOBS: text('TIDEMARK_BLOBS', isPlace, 's3://bucket/prefix or file:///folder'),
    TIDEMARK_LAKE: text('TIDEMARK_LAKE', isPlace, 's3://bucket/prefix or file:///folder'),
    TIDEMARK_LAKE_FIREHOSE: text('TIDEMARK_LAKE_FIREHOSE', () => true, 'the name of a Firehose stream'),
    TIDEMARK_STREAM: text('TIDEMARK_STREAM', () => true, 'the ARN or name of a Kinesis stream'),
    TIDEMARK_OUTPUT_STREAM: text('TIDEMARK_OUTPUT_STREAM', () => true, 'the ARN or name of a Kinesis stream'),
    TIDEMARK_DOORBELL: text(
      'TIDEMARK_DOORBELL',
      (value) => value === '' || value.split(' ').every((part) => /^([\w.-]+=)?https?:\/\/.+/.test(part)),
      'the URL of a FIFO queue, or of several, each behind the id of its exchange, with spaces between',
    ),
    TIDEMARK_SOURCE: text('TIDEMARK_SOURCE', (value) => /^[\w.-]*$/.test(value), 'the name of a stream or topic'),
    TIDEMARK_EXCHANGE: text('TIDEMARK_EXCHANGE', (value) => /^[\w.-]*$/.test(value), 'the id of an exchange'),
    ...readKafkaEnvironment(variables),
    TIDEMARK_SCHEMA_REGISTRY: text(
      'TIDEMARK_SCHEMA_REGISTRY',
      (value) => value === '' || /^https?:\/\/.+/.test(value),
      'an http address',
    ),
    TIDEMARK_SCHEMA_REGISTRY_SECRET: text('TIDEMARK_SCHEMA_REGISTRY_SECRET', isSecret, SECRET_RULE),
    TIDEMARK_PARTIAL_BATCHES: yesOrNo('TIDEMARK_PARTIAL_BATCHES'),
    TIDEMARK_RECOVERY_DAYS: text('TIDEMARK_RECOVERY_DAYS', (value) => /^\d{1,2}$/.test(value), 'whole days', '0'),
    TIDEMARK_INLINE_KIB: text(
      'TIDEMARK_INLINE_KIB',
      isInlineLimit,
      `whole KiB from ${SMALLEST_KIB} to ${LARGEST_KIB}`,
      String(DEFAULT_INLINE_LIMIT_KIB),
    ),
    TIDEMARK_TIMEOUT_MS: text(
      'TIDEMARK_TIMEOUT_MS',
      (value) => /^[1-9]\d{3,6}$/.test(value),
      'whole milliseconds, 1000 or more',
      '60000',
    ),
    TIDEMARK_STAGE: text(
      'TIDEMARK_STAGE',
      (value) => /^[a-z][a-z0-9-]*$/.test(value),
      'the name of a stage in lower case',
      'local',
    ),
  });
}

const [SMALLEST_KIB, LARGEST_KIB] = INLINE_LIMIT_RANGE_KIB;
const isInlineLimit = (value: string): boolean =>
  /^[1-9]\d*$/.test(value) && Number(value) >= SMALLEST_KIB && Number(value) <= LARGEST_KIB;
