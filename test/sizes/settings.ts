/** What a child process is told. */
export interface ChildSettings {
  readonly keys: number;
  /** Records per invocation, all of different keys. */
  readonly batch: number;
  /** Of the DynamoDB emulator. */
  readonly endpoint: string;
  /** Folder of snapshots and large deltas. */
  readonly blobs: string;
}

/** After each commit. */
export interface Written {
  readonly reached: number;
  readonly openWindows: number;
}

/** What a fresh process found. */
export interface Recovered {
  readonly stateHash: number;
  readonly reached: number;
  /** Snapshot and log, read and checked [ms]. */
  readonly recoveryMs: number;
  /** One commit whose outbox has a result for every key, spilled, read and delivered [ms]. */
  readonly firingMs: number;
  /** The most memory that the process ever took. */
  readonly rssMb: number;
  /** Keys with a result, and results that did not count exactly two records. */
  readonly results: number;
  readonly wrong: number;
}

/** So many records a second of event time that all of them lie in one window. */
export const perSecondOf = ({ keys }: Pick<ChildSettings, 'keys'>): number => (2 * keys) / 200;
