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
}
