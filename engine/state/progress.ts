import type { SenderPosition } from './sender-position.ts';
import { BEFORE_FIRST, type Offset } from '../record.ts';
import type { Floor } from '../time/floors.ts';
import { NO_WATERMARK } from '../time/watermark.ts';

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

export const NO_COUNTERS: Counters = Object.freeze({
  recordsIn: 0,
  counted: 0,
  late: 0,
  deadLetters: 0,
  results: 0,
  lossesAccepted: 0,
});

/** Up to when a partition is known to be read, where records expire without a trace. */
export interface ReadProof {
  /** What arrived by then is not unread, but for what may have been lost. NO_WATERMARK: see the clocks [ms since 1970]. */
  readonly provenMs: number;
  /** How often records may have expired unread: nothing tells whether there were any. */
  readonly possibleLosses: number;
  /** The last time: from when to when the records arrived, if there were any; 0 when there was none [ms since 1970]. */
  readonly fromMs: number;
  readonly toMs: number;
}

export const NO_PROOF: ReadProof = Object.freeze({ provenMs: NO_WATERMARK, possibleLosses: 0, fromMs: 0, toMs: 0 });

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
  /** Of a receiver of an exchange: how far it has read each of its senders' logs (PL-33); else empty. */
  readonly positions: readonly SenderPosition[];
  /** undefined in logs that are older than this field, until a tick has found the partition drained. */
  readonly proof: ReadProof | undefined;
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
  positions: Object.freeze([]),
  proof: undefined,
});

export function progressOf(from: Progress): Progress {
  const { epochMs, reached, reachedDigest, watermarkMs, processingTimeMs, lastArrivalMs } = from;
  const { counters, sequence, floors, pending, resumeAt, positions, proof } = from;
  return {
    epochMs,
    reached,
    reachedDigest,
    watermarkMs,
    processingTimeMs,
    lastArrivalMs,
    counters,
    sequence,
    floors,
    pending,
    resumeAt,
    positions,
    proof,
  };
}

/**
 * No record that arrived by then is unread, as far as the log tells [ms since 1970]. Processing time does not tell: a shard
 * has its parents' at first, and they may have been ticked after its records had come.
 */
export function readUntil({ lastArrivalMs, proof = NO_PROOF }: Pick<Progress, 'lastArrivalMs' | 'proof'>): number {
  return Math.max(proof.provenMs, lastArrivalMs);
}
