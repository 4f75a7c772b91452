import type { Topology } from './topology.ts';
import type { PartitionLogs } from './partition-log/partition-logs.ts';
import type { Doorbell, RecordDecoder, ShardCatalog, Sink } from './ports.ts';
import type { CommitBounds } from './run.ts';
import type { UserCode } from './user-code/user-code.ts';

/** Everything that batches and ticks of a pipeline are processed with. */
export interface Processor {
  readonly topology: Topology;
  readonly logs: PartitionLogs;
  readonly sinks: readonly Sink[];
  readonly shards: ShardCatalog;
  /** Of a pipeline with an exchange. */
  readonly doorbell?: Doorbell | undefined;
  /** For a source whose format is not JSON. */
  readonly decoder?: RecordDecoder | undefined;
  /** A batch of which more results come than that is committed in parts, at least 1. @default MAX_ROWS_PER_COMMIT */
  readonly maxRowsPerCommit?: number;
  /** A move of time that makes more timers due than that is committed in parts, at least 1. @default MAX_TIMERS_PER_COMMIT */
  readonly maxTimersPerCommit?: number;
  /** Stops code of the pipeline that does not end. @default none: such code blocks its partition */
  readonly userCode?: UserCode | undefined;
}

/** What receivers of an exchange work with: their records come from logs. */
export type ReceivingProcessor = Omit<Processor, 'shards' | 'decoder'>;

/** So many results can be delivered within one invocation, and held in its memory. */
export const MAX_ROWS_PER_COMMIT = 20_000;
/** So many timers fire within seconds, unless one takes as long as a record may: a function that ends keeps what it committed. */
export const MAX_TIMERS_PER_COMMIT = 20_000;

export function boundsOf({
  maxRowsPerCommit = MAX_ROWS_PER_COMMIT,
  maxTimersPerCommit = MAX_TIMERS_PER_COMMIT,
}: Pick<Processor, 'maxRowsPerCommit' | 'maxTimersPerCommit'>): CommitBounds {
  return { rows: maxRowsPerCommit, timers: maxTimersPerCommit };
}
