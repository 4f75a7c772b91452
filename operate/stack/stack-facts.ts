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
  readonly streamArn: string;
  readonly functionArn: string;
}

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
  readonly function: FunctionFacts;
  readonly tables: readonly TableFacts[];
  /** undefined: the stream that the mapping names does not exist. */
  readonly stream: StreamFacts | undefined;
}
