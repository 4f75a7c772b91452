import type { StreamFacts } from '../../adapters/kinesis/stream-facts.ts';

/** The event source mapping, by the names of Lambda's API. undefined: the service does not say. */
export interface MappingFacts {
  readonly state: string | undefined;
  readonly lastProcessingResult: string | undefined;
  readonly startingPosition: string | undefined;
  readonly batchSize: number | undefined;
  readonly maximumBatchingWindowInSeconds: number | undefined;
  readonly parallelizationFactor: number | undefined;
  readonly maximumRetryAttempts: number | undefined;
  readonly maximumRecordAgeInSeconds: number | undefined;
  readonly tumblingWindowInSeconds: number | undefined;
  readonly filters: number;
  readonly bisects: boolean | undefined;
  /** Where what failed for good would go. */
  readonly destination: string | undefined;
  /** Of a stream or a cluster of MSK's; undefined: another cluster. */
  readonly sourceArn: string | undefined;
  readonly functionArn: string;
  /** undefined: it reads a stream. */
  readonly kafka: KafkaMappingFacts | undefined;
}

/** The event source mapping of the queue through which senders call receivers. */
export interface RingMappingFacts extends Pick<MappingFacts, 'state' | 'lastProcessingResult' | 'filters'> {
  /** Lambda repeats the rings that the function hands back. */
  readonly hearsItemFailures: boolean;
}

/** What is set for Kafka alone. */
export interface KafkaMappingFacts {
  readonly topics: readonly string[];
  readonly consumerGroup: string | undefined;
  /** Of its own; undefined: Lambda's, on demand. */
  readonly pollers: { readonly min: number | undefined; readonly max: number | undefined } | undefined;
  /** Lambda goes on where the function hands back what failed. */
  readonly hearsItemFailures: boolean;
}

/** A topic as the pipeline has put it on record, since an operator's machine reaches no broker. */
export interface TopicFacts {
  readonly name: string;
  /** Topics of this name that it has read, the newest first: one that was made again has another id (PL-11). */
  readonly incarnations: readonly TopicIncarnation[];
}

export interface TopicIncarnation {
  readonly id: string;
  /** When it was first read, and for ever (PL-27). */
  readonly partitions: number;
  readonly firstReadMs: number;
}

export type SourceFacts =
  /** undefined: the stream that the mapping names does not exist. */
  | { readonly kind: 'kinesis'; readonly stream: StreamFacts | undefined }
  | { readonly kind: 'kafka'; readonly topic: TopicFacts };

export interface FunctionFacts {
  readonly name: string;
  readonly state: string | undefined;
  readonly lastUpdateStatus: string | undefined;
  readonly runtime: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface TableFacts {
  readonly role: 'log' | 'results';
  readonly name: string;
  readonly status: string | undefined;
  readonly deletionProtection: boolean;
  readonly pointInTimeRecovery: boolean;
  readonly timeToLive: boolean;
  /** Regions besides its own. */
  readonly replicas: readonly string[];
  /** What its items are found by. @example 'key (S), windowStartMs (N)' */
  readonly keys: string;
}

/** One deployed pipeline, as it is. */
export interface StackFacts {
  readonly stack: string;
  readonly status: string;
  /** Of the tags. */
  readonly pipeline: string | undefined;
  readonly stage: string | undefined;
  readonly terminationProtection: boolean;
  readonly mapping: MappingFacts;
  /** Empty where there is no exchange. */
  readonly rings: readonly RingMappingFacts[];
  readonly function: FunctionFacts;
  readonly tables: readonly TableFacts[];
  readonly source: SourceFacts;
}

/** What calls the tick. */
export interface ScheduleFacts {
  readonly name: string;
  readonly state: string | undefined;
  /** e.g. `rate(1 minute)` */
  readonly expression: string | undefined;
}

/** A key of KMS without which something stands still. */
export interface KeyFacts {
  readonly id: string;
  readonly use: 'alarms' | 'stream';
  /** e.g. `Enabled`, `PendingDeletion` */
  readonly state: string | undefined;
  /** CloudWatch may use it; undefined where that does not matter. */
  readonly letsAlarmsThrough: boolean | undefined;
}

/** What a pipeline needs beside its functions and tables. */
export interface BesideFacts {
  /** Set aside for the function, and the most it gets; undefined: it shares what the account has left. */
  readonly reservedConcurrency: number | undefined;
  /** What functions without a reservation share in this account and region; undefined: the service does not say. */
  readonly sharedConcurrency: number | undefined;
  readonly schedules: readonly ScheduleFacts[];
  readonly keys: readonly KeyFacts[];
}
