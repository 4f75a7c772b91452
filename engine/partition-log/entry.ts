import { BEFORE_FIRST, type Offset } from '../record.ts';
import { NO_WATERMARK } from '../time/watermark.ts';

/** Bytes inside the slot, or a reference to an immutable object when they are too large for it (PL-9). */
export type Body = { readonly inline: Uint8Array } | { readonly blobKey: string };

/** What became of every record of the partition so far. Part of the state: exact under any retry. */
export interface Counters {
  /** Records up to `reached`: always counted + late + deadLetters. */
  readonly recordsIn: number;
  readonly counted: number;
  readonly late: number;
  readonly deadLetters: number;
  /** Firings so far. */
  readonly results: number;
  /** How often an operator had records left out for good; 0 in logs that are older than this field. */
  readonly lossesAccepted: number;
}

/**
 * Keys of this hash range had a higher watermark before their partition was merged with one that was behind (PL-25):
 * what was closed for them stays closed. Both ends belong to the range.
 */
export interface Floor {
  readonly fromHash: bigint;
  readonly toHash: bigint;
  readonly watermarkMs: number;
}

/**
 * A move of time that fires more than one commit takes: the clocks say already to where it goes, and the next step fires
 * what is left of it before it takes a record.
 *
 *     fromMs ──── fired ────► firedMs ──── still to be fired ────► the clock
 */
export interface PendingMove {
  readonly domain: 'event' | 'processing';
  /** The partition's clock before the move. */
  readonly fromMs: number;
  /** Id of the operator whose turn it is: those before it have fired all that is due, those behind it nothing. */
  readonly operator: string;
  /** All of its timers up to here have fired, by its own clock. */
  readonly firedMs: number;
}

export const NO_COUNTERS: Counters = Object.freeze({ recordsIn: 0, counted: 0, late: 0, deadLetters: 0, results: 0, lossesAccepted: 0 });

/** What is known of a partition apart from its keyed state: small, and whole in every log entry. */
export interface Progress {
  /**
   * Orders this log among others that speak of the same windows, such as those of a stream of the name that was deleted:
   * the clock when version 1 was decided, never less than that of a parent. It never changes after that [ms since 1970].
   * 0 in logs that are older than this field.
   */
  readonly epochMs: number;
  /** The state covers all records up to here. */
  readonly reached: Offset;
  /** `digestOf` the record at `reached`; undefined: none was counted, or a release did that knew no digests. */
  readonly reachedDigest: number | undefined;
  /** NO_WATERMARK before any record. */
  readonly watermarkMs: number;
  /** The newest arrival or tick so far: the only processing time that a step knows (PL-12). NO_WATERMARK before any. */
  readonly processingTimeMs: number;
  /** When the newest record so far came that was not refused; NO_WATERMARK before any. */
  readonly lastArrivalMs: number;
  readonly counters: Counters;
  /** Numbers the results that have no window: grows with each, and never falls for a key, not by resharding either. */
  readonly sequence: number;
  /** Hash ranges that are ahead of `watermarkMs`; empty unless shards were merged. */
  readonly floors: readonly Floor[];
  /** undefined: all that is due has fired. */
  readonly pending: PendingMove | undefined;
  /**
   * An operator has accepted that the records behind `reached` and before this one are never counted; `end`: all behind
   * `reached`, of a shard that the stream has forgotten. Holds until a record is taken. undefined: nothing is left out.
   */
  readonly resumeAt: Offset | 'end' | undefined;
}

export const NO_PROGRESS: Progress = Object.freeze({
  epochMs: 0,
  reached: BEFORE_FIRST,
  reachedDigest: undefined,
  watermarkMs: NO_WATERMARK,
  processingTimeMs: NO_WATERMARK,
  lastArrivalMs: NO_WATERMARK,
  counters: NO_COUNTERS,
  sequence: 0,
  floors: Object.freeze([]),
  pending: undefined,
  resumeAt: undefined,
});

export function progressOf(from: Progress): Progress {
  const { epochMs, reached, reachedDigest, watermarkMs, processingTimeMs, lastArrivalMs } = from;
  const { counters, sequence, floors, pending, resumeAt } = from;
  return {
    epochMs, reached, reachedDigest, watermarkMs, processingTimeMs, lastArrivalMs,
    counters, sequence, floors, pending, resumeAt,
  };
}

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
