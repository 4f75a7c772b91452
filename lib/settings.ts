import { Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { requireSetting, TidemarkError } from '../engine/errors.ts';
import { DEFAULT_INLINE_LIMIT_KIB, INLINE_LIMIT_RANGE_KIB } from '../engine/partition-log/inline-limit.ts';
import { hours, minutes, seconds } from '../engine/time/duration.ts';
import { kafkaSettings } from './ingest/kafka/kafka-settings.ts';
import type { KafkaSettings } from './ingest/kafka/settings.ts';
import { requireInteger } from './require-integer.ts';
import { requireSecretArn } from './require-secret-arn.ts';

export type Stage = 'dev' | 'prod';

/** What a stack is deployed to. */
export type Target = 'aws' | 'emulator';

/** How much a Kinesis stream takes in: 1 MB/s or 1,000 records/s per shard, or as much as comes. */
export type StreamCapacity =
  | { readonly mode: 'on-demand' }
  /** Shards [1, 10000]. */
  | { readonly mode: 'provisioned'; readonly shardCount: number };

/** What the files of results are: columns for Athena, or JSON lines. */
export type LakeFormat = 'parquet' | 'gzip-ndjson';

/** Firehose gathers results into files of some size: at least once, minutes later. */
export interface LakeByFirehose {
  readonly by: 'firehose';
  readonly format: LakeFormat;
  /** How long a file is gathered at most, whole seconds [60000, 900000]. */
  readonly bufferMs: number;
}

/** Who writes results to the lake. The function writes one JSON file per commit and day: exactly once, at once, many small files. */
export type LakeDelivery = LakeByFirehose | { readonly by: 'function' };

/** What differs between stages. Every field is set and in its range once `stageSettings` returned it. */
export interface StageSettings {
  /** Part of the names of stacks and, except in prod, of streams. */
  readonly stage: Stage;
  /** Tables, the stream and buckets outlive the stack, and cannot be deleted by mistake. @default true in prod */
  readonly retainData: boolean;
  /**
   * Streams that another stack or account owns, by their name in the pipeline: used, never created. A stream of another
   * account needs a resource policy that lets the functions' roles use it.
   *
   * @example { departures: 'arn:aws:kinesis:eu-central-1:123456789012:stream/departures' }
   * @default {}
   */
  readonly existingStreamArns: Readonly<Record<string, string>>;
  /**
   * Customer managed keys of those streams, by the same names: readers may decrypt, writers generate data keys.
   *
   * @example { departures: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab' }
   * @default {}: the streams are not encrypted, or by the key that AWS manages
   */
  readonly existingStreamKeyArns: Readonly<Record<string, string>>;
  /** Capacity of streams that the stack creates. @default { mode: 'provisioned', shardCount: 1 } */
  readonly streamCapacity: StreamCapacity;
  /** How long the stream keeps records: the time there is to repair a pipeline that fails [24, 8760]. @default 24 */
  readonly streamRetentionHours: number;
  /** Read Kinesis streams at 2 MB/s per shard of one's own, and sooner; $0.015 an hour and shard. @default false */
  readonly enhancedFanOut: boolean;
  /** Keep every record of the source, as it came, in the lake bucket by Firehose. @default false */
  readonly archive: boolean;
  /** How far back the log table can be restored, and snapshots are kept for it, whole days [1, 35]. @default 1 */
  readonly recoveryDays: number;
  /**
   * Changes, results and rows of a commit above this go to S3, whose PUT costs what 8 KiB cost in the log table; each
   * commit that has one waits for it. Whole KiB [1, 120]; may be changed at any time.
   *
   * @default 8
   */
  readonly inlineLimitKiB: number;
  /** How long late records and dead letters are kept, which hold what producers sent as it came, whole days [1, 36500]. @default 90 */
  readonly refusedRetentionDays: number;
  /** How long the records of the archive are kept, whole days [1, 36500]. @default 365 */
  readonly archiveRetentionDays: number;
  /**
   * Tables and buckets that an earlier stack retained, by the name of the pipeline: taken over, not created.
   *
   * @default {}
   */
  readonly retained: Readonly<Record<string, RetainedResources>>;
  /** @default { by: 'firehose', format: 'parquet', bufferMs: minutes(5) } */
  readonly lakeDelivery: LakeDelivery;
  /** Memory of the functions, and with it their share of a processor [128, 10240]. @default 1024 */
  readonly memoryMiB: number;
  /**
   * How long one batch may take, whole seconds [10000, 900000]. Code of the pipeline that does not end is stopped so
   * early that the rest of its batch fits.
   *
   * @default minutes(1)
   */
  readonly timeoutMs: number;
  /** How long the functions' logs are kept. @default RetentionDays.ONE_MONTH */
  readonly logRetention: RetentionDays;
  /** Who gets the alarms, besides what subscribes to the topic itself; each address confirms once. @default [] */
  readonly alarmEmails: readonly string[];
  /** A pipeline that reads records later than this is behind [60000, half of the retention]. @default minutes(15) */
  readonly maxIteratorAgeMs: number;
  /** Alarms on a metric that CloudWatch computes of others are created too. @default true */
  readonly computedAlarms: boolean;
  /** Types of resources that are left out, since the target does not know them, e.g. `AWS::Athena::NamedQuery`. @default [] */
  readonly leftOut: readonly string[];
  /** A watermark further behind the clock than this rings an alarm; 0: none, e.g. for events of the past. @default 0 */
  readonly maxWatermarkLagMs: number;
  /** Cluster, topics and pollers of pipelines with a topic. */
  readonly kafka: KafkaSettings;
  /** Where the schemas of records in Confluent's Avro format are. @default undefined: a pipeline that reads such records is refused */
  readonly schemaRegistry: SchemaRegistrySettings | undefined;
}

/**
 * What a deleted stack has left of a pipeline, by physical names. Log and snapshots belong together: one without the other cannot
 * be read.
 */
export interface RetainedResources {
  readonly logTable: string;
  readonly snapshotBucket: string;
  /** @default a new table, without the results so far */
  readonly resultsTable?: string;
  /** Its rules of retention stay as they are. @default a new bucket */
  readonly lakeBucket?: string;
}

/** The Confluent schema registry, or one that speaks as it does. */
export interface SchemaRegistrySettings {
  /** Without credentials. @example 'https://psrc-12345.eu-central-1.aws.confluent.cloud' */
  readonly address: string;
  /** Secret with `{"username", "password"}`. @default it answers everybody */
  readonly secretArn?: string;
}

export type StageOverrides = Partial<Omit<StageSettings, 'stage' | 'kafka'>> & {
  readonly kafka?: Partial<KafkaSettings>;
};

const STAGES: readonly Stage[] = ['dev', 'prod'];
const TARGETS: readonly Target[] = ['aws', 'emulator'];
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;
const KINESIS_ARN = /^arn:aws[a-z-]*:kinesis:[a-z0-9-]+:\d{12}:stream\/[a-zA-Z0-9_.-]{1,128}$/;

/**
 * The settings of a stage: defaults, then what `overrides` says.
 *
 * @throws INVALID_SETTING
 */
export function stageSettings(stage: Stage, overrides: StageOverrides = {}): StageSettings {
  const settings: StageSettings = {
    stage,
    retainData: stage === 'prod',
    existingStreamArns: {},
    existingStreamKeyArns: {},
    streamCapacity: { mode: 'provisioned', shardCount: 1 },
    streamRetentionHours: 24,
    enhancedFanOut: false,
    archive: false,
    recoveryDays: 1,
    inlineLimitKiB: DEFAULT_INLINE_LIMIT_KIB,
    refusedRetentionDays: 90,
    archiveRetentionDays: 365,
    retained: {},
    lakeDelivery: { by: 'firehose', format: 'parquet', bufferMs: minutes(5) },
    memoryMiB: 1024,
    timeoutMs: minutes(1),
    logRetention: RetentionDays.ONE_MONTH,
    alarmEmails: [],
    maxIteratorAgeMs: minutes(15),
    computedAlarms: true,
    leftOut: [],
    maxWatermarkLagMs: 0,
    schemaRegistry: undefined,
    ...overrides,
    kafka: kafkaSettings(overrides.kafka),
  };
  for (const [stream, arn] of Object.entries(settings.existingStreamArns)) {
    const name = `existingStreamArns.${stream}`;
    const isArn = Token.isUnresolved(arn) || KINESIS_ARN.test(arn);
    requireSetting(name, arn, isArn, 'the ARN of a Kinesis stream', 'copy it from aws kinesis describe-stream-summary');
  }
  for (const [stream, arn] of Object.entries(settings.existingStreamKeyArns)) requireKeyOf(stream, arn, settings);
  const { streamCapacity } = settings;
  if (streamCapacity.mode === 'provisioned') requireInteger('shardCount', streamCapacity.shardCount, 1, 10_000);
  requireInteger('streamRetentionHours', settings.streamRetentionHours, 24, 8_760);
  requireInteger('recoveryDays', settings.recoveryDays, 1, 35);
  requireInteger('inlineLimitKiB', settings.inlineLimitKiB, ...INLINE_LIMIT_RANGE_KIB);
  requireInteger('refusedRetentionDays', settings.refusedRetentionDays, 1, 36_500);
  requireInteger('archiveRetentionDays', settings.archiveRetentionDays, 1, 36_500);
  for (const [pipeline, names] of Object.entries(settings.retained)) requireNames(`retained.${pipeline}`, names);
  const { lakeDelivery } = settings;
  if (lakeDelivery.by === 'firehose') {
    requireInteger('bufferMs', lakeDelivery.bufferMs, minutes(1), minutes(15));
    requireWholeSeconds('bufferMs', lakeDelivery.bufferMs);
  }
  requireInteger('memoryMiB', settings.memoryMiB, 128, 10_240);
  requireInteger('timeoutMs', settings.timeoutMs, seconds(10), minutes(15));
  requireWholeSeconds('timeoutMs', settings.timeoutMs);
  requireInteger('maxIteratorAgeMs', settings.maxIteratorAgeMs, minutes(1), hours(settings.streamRetentionHours) / 2);
  requireInteger('maxWatermarkLagMs', settings.maxWatermarkLagMs, 0, Number.MAX_SAFE_INTEGER);
  if (settings.schemaRegistry !== undefined) requireRegistry(settings.schemaRegistry);
  for (const email of settings.alarmEmails)
    requireSetting('alarmEmails', email, /^[^@\s]+@[^@\s]+$/.test(email), 'addresses of e-mail', 'pass [] for none');
  return Object.freeze(settings);
}

function requireKeyOf(stream: string, arn: string, { existingStreamArns }: StageSettings): void {
  const name = `existingStreamKeyArns.${stream}`;
  // Rights are given on a key, never on its alias.
  const isKey = Token.isUnresolved(arn) || KEY_ARN.test(arn);
  requireSetting(name, arn, isKey, 'the ARN of a KMS key, not of an alias', 'copy it from aws kms describe-key');
  const isKnown = Object.hasOwn(existingStreamArns, stream);
  const names = Object.keys(existingStreamArns).join(', ') || 'none';
  requireSetting(name, arn, isKnown, `of a stream in existingStreamArns (${names})`, "use the stream's name there");
}

const TABLE_NAME = /^[a-zA-Z0-9_.-]{3,255}$/;
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

function requireNames(
  setting: string,
  { logTable, snapshotBucket, resultsTable, lakeBucket }: RetainedResources,
): void {
  const check = (part: keyof RetainedResources, value: string, rule: RegExp, what: string): void => {
    const valid = typeof value === 'string' && (Token.isUnresolved(value) || rule.test(value));
    requireSetting(`${setting}.${part}`, value, valid, what, 'copy it from the outputs of the stack that retained it');
  };
  check('logTable', logTable, TABLE_NAME, 'the name of a table');
  check('snapshotBucket', snapshotBucket, BUCKET_NAME, 'the name of a bucket');
  if (resultsTable !== undefined) check('resultsTable', resultsTable, TABLE_NAME, 'the name of a table');
  if (lakeBucket !== undefined) check('lakeBucket', lakeBucket, BUCKET_NAME, 'the name of a bucket');
}

function requireRegistry({ address, secretArn }: SchemaRegistrySettings): void {
  const isAddress =
    URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) && new URL(address).username === '';
  // Not shown: whoever puts a password there should not read it again in a log.
  requireSetting(
    'schemaRegistry.address',
    isAddress ? address : '',
    isAddress,
    'an http address without credentials',
    'put those into a secret and its ARN into schemaRegistry.secretArn',
  );
  if (secretArn !== undefined) requireSecretArn('schemaRegistry.secretArn', secretArn);
}

/**
 * Reads the stage from text.
 *
 * @throws INVALID_SETTING
 */
export function parseStage(text: string): Stage {
  return oneOf('stage', STAGES, text);
}

/**
 * Reads the target from text.
 *
 * @throws INVALID_SETTING
 */
export function parseTarget(text: string): Target {
  return oneOf('target', TARGETS, text);
}

function oneOf<T extends string>(name: string, known: readonly T[], text: string): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new TidemarkError(
    'invalid',
    'INVALID_SETTING',
    `${name} must be ${known.join(' or ')}, got ${JSON.stringify(text)}; pass -c ${name}=${known[0]}`,
  );
}

/** Milliseconds as the whole seconds that AWS takes. @throws INVALID_SETTING */
export function requireWholeSeconds(name: string, valueMs: number): number {
  return requireSetting(name, valueMs, valueMs % 1_000 === 0, 'a multiple of 1000', 'pass seconds(1)') / 1_000;
}
