/**
 * The commit protocol as a state machine small enough to be looked at as a whole. What is kept of the world:
 *
 *     records of each log ──► mapping (acknowledged up to) ──► writers (memory, work, requests) ──► ring of slots, snapshots
 *
 * A request that was sent may be executed now, later, several times or never; its reply may be lost; a writer may stand
 * still for any time, and forget everything. So lost requests, frozen functions and retries need no moves of their own.
 */

/** How often each record has been counted, by record. What a state of windows and sums is to the real log. */
export type Tally = readonly number[];

/** One version of a log: the fields of the real entry that the protocol decides by, and what is checked. */
export interface Entry {
  readonly version: number;
  readonly commitId: string;
  readonly previousCommitId: string;
  readonly kind: 'batch' | 'tick' | 'seal' | 'inherit';
  readonly reached: number;
  /** Up to which record windows have fired by ticks. */
  readonly fired: number;
  readonly delta: Tally;
  readonly snapshotVersion: number;
  readonly snapshotKey: string;
  readonly publishedVersion: number;
  /** State after this commit, as its writer believes: what the state's hash stands for. */
  readonly after: Tally;
  /** A tick's: the offset behind which nothing was found. */
  readonly drainedAt: number;
}

/** What really happened to a version, for the checks: no rule reads it. */
export interface Committed {
  readonly commitId: string;
  readonly reached: number;
  readonly hasOutbox: boolean;
  readonly delivered: boolean;
}

export interface Log {
  readonly slots: readonly (Entry | undefined)[];
  /** Version v at place v - 1. */
  readonly history: readonly Committed[];
  /** Delivered without being in the log. */
  readonly early: readonly Pick<Entry, 'version' | 'commitId'>[];
  /** Records 1 … arrived are in the stream. */
  readonly arrived: number;
  /** The mapping goes on behind this record. */
  readonly acknowledged: number;
}

/** One log as one writer remembers it. */
export interface Memory {
  readonly version: number;
  readonly commitId: string;
  readonly reached: number;
  readonly fired: number;
  readonly tally: Tally;
  readonly snapshotVersion: number;
  readonly snapshotKey: string;
  readonly publishedVersion: number;
  readonly undelivered: readonly { readonly version: number; readonly commitId: string }[];
  readonly isSealed: boolean;
}

export type Work =
  | {
      readonly kind: 'batch';
      readonly log: number;
      readonly from: number;
      readonly to: number;
      readonly isCommitted?: boolean;
    }
  | { readonly kind: 'tick'; readonly log: number; readonly proof?: Proof; readonly isCommitted?: boolean };

/** Nothing was found in the stream behind this record, when the log was at this version. */
export interface Proof {
  readonly version: number;
  readonly reached: number;
}

/** A put on its way, or answered and not yet heard of. */
export interface Request {
  readonly log: number;
  readonly entry: Entry;
  readonly reply?: 'stored' | 'own' | 'other';
}

export interface Writer {
  readonly name: string;
  readonly memory: readonly (Memory | undefined)[];
  readonly work: Work | undefined;
  /** One at most (PL-4). */
  readonly requests: readonly Request[];
  /** The first part of a read that takes two requests. */
  readonly halfRead?: { readonly log: number; readonly entries: readonly Entry[] };
}

export interface State {
  readonly logs: readonly Log[];
  readonly writers: readonly Writer[];
  /** Requests whose writers are gone. */
  readonly strays: readonly Request[];
  readonly snapshots: Readonly<Record<string, Tally>>;
  readonly crashesLeft: number;
  readonly nextId: number;
  /** What was done that never may be. */
  readonly violation?: string;
}

/** How large a world is looked at as a whole. */
export interface Scenario {
  readonly writers: number;
  /** W. */
  readonly slots: number;
  /** Records of the log; and of its child, when there is one. */
  readonly records: readonly number[];
  readonly maxBatch: number;
  readonly crashes: number;
  /** Records arrive one by one, and ticks come in between. */
  readonly ticks?: boolean;
  /** A read takes two requests, and commits may come in between. */
  readonly tornReads?: boolean;
  /** A commit may come without the snapshot that is due, and before what waits is delivered: only the gate holds it up. */
  readonly isLagging?: boolean;
}

export function initialState({ writers, slots, records, crashes, ticks }: Scenario): State {
  const memory = records.map(() => undefined);
  return {
    logs: records.map((count) => ({
      slots: Array.from({ length: slots }, () => undefined),
      history: [],
      early: [],
      arrived: ticks === true ? 0 : count,
      acknowledged: 0,
    })),
    writers: Array.from({ length: writers }, (_, i) => ({
      name: 'ABC'[i] as string,
      memory,
      work: undefined,
      requests: [],
    })),
    strays: [],
    snapshots: {},
    crashesLeft: crashes,
    nextId: 1,
  };
}

export const add = (a: Tally, b: Tally): Tally => a.map((count, i) => count + (b[i] as number));

export const replaced = <T>(items: readonly T[], at: number, item: T): T[] =>
  items.map((old, i) => (i === at ? item : old));

export const withWriter = (state: State, writer: Writer): State => ({
  ...state,
  writers: state.writers.map((old) => (old.name === writer.name ? writer : old)),
});
