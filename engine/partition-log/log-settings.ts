import type { Topology } from '../topology.ts';
import type { BlobStore, Clock, LogStore, Random } from '../ports.ts';
import type { Packing } from './snapshot-writer.ts';
import type { UserCode } from '../user-code/user-code.ts';

/** What a log is kept with. */
export interface LogSettings {
  readonly topology: Topology;
  readonly logs: LogStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Slots of the ring; the same for the life of a log. */
  readonly slots: number;
  /** Larger bodies become objects (PL-9); may be another for each release, for an entry says where its bodies are [bytes]. */
  readonly inlineLimitBytes: number;
  /** How far back the log table can be restored: what a reader of it needed then is kept [ms]. @default 0: it cannot */
  readonly recoveryMs?: number;
  /** How large groups go into snapshots. @default PACKING */
  readonly packing?: Packing | undefined;
  /** Stops code of the pipeline that does not end. @default none */
  readonly userCode?: UserCode | undefined;
}
