import type { PipelineHandler } from '../../lambdas/bundle.ts';
import type { StreamInfo } from '../aws/stream.ts';
import type { BatchLimits } from '../event-source/batch.ts';
import type { FeedTarget } from '../feeder/feed-target.ts';
import type { Lineage } from '../../engine/ports.ts';
import type { SourceFiles } from '../storage/data-dir.ts';

/** Runs the function on one event; rejects on its error, timeout or death. */
export type Invoke = (event: unknown) => Promise<unknown>;

/** Polls the source and invokes the function, as Lambda's event source mapping does. */
export interface LocalEventSource {
  /** Resolves when it was stopped; rejects when the function says that it can never work. */
  run(): Promise<void>;
  /** Begins no further batch, and waits for those in flight at most this long. */
  stop(waitMs: number): Promise<void>;
  /** Records that were read and not yet taken by the function. */
  readonly pending: number;
  /** Newest position that was read of a partition. */
  lastRead(partition: string): string | undefined;
  /** True when everything that was in the source at this moment has been taken. */
  drainedSince(momentMs: number): Promise<boolean>;
}

export interface EventSourceSettings {
  readonly limits: BatchLimits;
  readonly files: SourceFiles;
  readonly invoke: Invoke;
  readonly failed: (error: unknown) => void;
}

/** Where a pipeline's records are on this machine: the Kinesis emulator, or the user's own Kafka. */
export interface LocalSource {
  readonly stream: StreamInfo;
  /** Takes what the feeder puts. */
  readonly target: FeedTarget;
  /** The function for this kind of source, and what its environment needs beyond that of every function. */
  readonly handler: PipelineHandler;
  readonly environment: Readonly<Record<string, string>>;
  eventSource(settings: EventSourceSettings): LocalEventSource;
  /** True when it holds no record, or when nobody else can put any. */
  isEmpty(): Promise<boolean>;
  /** Every partition that there is now, by name. */
  shards(): Promise<ReadonlyMap<string, Lineage>>;
  /** Lets go of connections; what it runs on is ended by whoever started that. */
  close(): Promise<void>;
}
