import type { Offset } from '../record.ts';
import type { Progress } from '../state/progress.ts';

/** Bytes inside the slot, or a reference to an immutable object when they are too large for it (PL-9). */
export type Body = { readonly inline: Uint8Array } | { readonly blobKey: string };

/**
 * Results of a version that a sink will never take: from the entry that says so on, deliveries of that version leave them
 * out for that sink, and for that sink only. The entry that says so first has their dead letters in its outbox.
 */
export interface Withheld {
  readonly version: number;
  /** Name of the sink. */
  readonly sink: string;
  /** Places in the results of the version's outbox, ascending. */
  readonly places: readonly number[];
}

/** What an entry of a sender is to the receivers of its exchange, which read it in the sender's log (PL-28). */
export interface Sent {
  /** Rows for them; undefined: none. */
  readonly rows: Body | undefined;
  /** What comes in later entries is no older, or late (PL-34). Counts once the rows are taken. */
  readonly watermarkMs: number;
  /** Of a seal: the partitions that go on (PL-36). */
  readonly children: readonly Child[];
  /** Of the receivers that the code knows which wrote it. */
  readonly generation: number;
  /** What all receivers have taken at least, as far as the sender knew (PL-31). */
  readonly consumedVersion: number;
  /** The first version of the log that bears the exchange: those before it have nothing for receivers (PL-35). @default 1 */
  readonly sinceVersion?: number;
  /** The tick that wrote it has found the partition idle: those of other sources need not wait for it (PL-37). @default false */
  readonly isIdle?: boolean;
}

/** A partition that goes on with the keys of others. */
export interface Child {
  /** Id of its log. */
  readonly logId: string;
  /** Ids of the logs of all that it came from. */
  readonly parents: readonly string[];
}

/** When something has to happen at a receiver though no row comes [ms since 1970]; undefined: at no time. */
export interface Due {
  /** By its watermark. */
  readonly eventMs: number | undefined;
  readonly processingMs: number | undefined;
}

/** Version v of a partition's log: the whole effect of one batch. Lives in slot `v mod W`. */
export interface LogEntry extends Progress {
  /** Dense, from 1. */
  readonly version: number;
  readonly commitId: string;
  /** commitId of version - 1; empty for version 1. Readers verify the chain (PL-7). */
  readonly previousCommitId: string;
  /** State before this commit covered all up to `from`; now all up to `reached`. */
  readonly from: Offset;
  /** The partitions that go on with this one's keys: not empty in the last entry of a sealed log only (PL-22). */
  readonly sealedFor: readonly string[];
  /** Change of keyed state, encoded and compressed. */
  readonly delta: Body;
  /** What is to be delivered, encoded and compressed. */
  readonly outbox: Body;
  /** Newest snapshot that readers may start from; 0 and '' when there is none. */
  readonly snapshotVersion: number;
  readonly snapshotKey: string;
  /** Every outbox up to here is delivered. */
  readonly publishedVersion: number;
  /** Of versions above `publishedVersion`; empty in entries that are older than this field. */
  readonly withheld: readonly Withheld[];
  /** Hash of the topology's state schema (PL-30). */
  readonly fingerprint: string;
  /** Encoding of delta, outbox and snapshot. */
  readonly codec: number;
  /** Order-independent hash of the keyed state after this commit. */
  readonly stateHash: number;
  /** Of senders only. */
  readonly sent?: Sent | undefined;
  /** Of receivers only. */
  readonly due?: Due | undefined;
}
