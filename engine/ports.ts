/**
 * The ports: all that the engine asks of the world. Implementations live in `adapters/`; one contract suite per port in
 * `test/contracts/` runs against each of them.
 *
 * Errors: an implementation throws TidemarkError of kind `unavailable` for anything that may go away by itself. After
 * such an error the outcome is unknown: the request may have been executed, or may still be (PL-5).
 */
import type { LogEntry } from './partition-log/entry.ts';
import type { Outbox } from './outputs.ts';
import type { Offset, SourcePartition, SourceRecord } from './record.ts';

/** What one conditional put came to. */
export type PutOutcome =
  | { readonly kind: 'stored'; readonly writeUnits: number }
  /** The condition failed; `found` is what the slot holds (undefined: nothing). */
  | { readonly kind: 'conflict'; readonly found: LogEntry | undefined; readonly writeUnits: number };

export type ReadConsistency = 'strong' | 'eventual';

/** The ring of slots that holds the partition logs. Slots are never deleted (PL-2): there is no delete here. */
export interface LogStore {
  /**
   * Writes `entry` into `slot`, once, without a retry of its own (PL-5).
   *
   * @param expectedVersion version that the slot must hold now; undefined: the slot must be empty (PL-1)
   * @throws LOG_UNAVAILABLE (unavailable) the outcome is unknown
   */
  put(logId: string, slot: number, entry: LogEntry, expectedVersion: number | undefined): Promise<PutOutcome>;

  /**
   * Reads these slots, empty ones left out, in no order. The read as a whole is not atomic (PL-7).
   *
   * @param consistency an `eventual` read costs half, and may find in a slot what was there a moment ago @default 'strong'
   * @throws LOG_UNAVAILABLE (unavailable) when any of them could not be read
   */
  read(logId: string, slots: readonly number[], consistency?: ReadConsistency): Promise<LogEntry[]>;
}

/** Immutable objects: snapshots, and deltas too large for a slot (PL-8, PL-9). Keys are slash-separated paths. */
export interface BlobStore {
  /** Writes unless the key is taken; a taken key is left as it is. @throws BLOB_UNAVAILABLE (unavailable) */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'>;
  /** @returns undefined when there is no such key. @throws BLOB_UNAVAILABLE (unavailable) */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Deletes; a key that is not there is no error. @throws BLOB_UNAVAILABLE (unavailable) */
  delete(key: string): Promise<void>;
  /** Every key that begins with `prefix`, ascending. @throws BLOB_UNAVAILABLE (unavailable) */
  list(prefix: string): Promise<string[]>;
  /**
   * The first of them, ascending, at most OLDEST_PAGE, with the time at which each was stored.
   *
   * @param after only keys that come after this one @default all
   * @throws BLOB_UNAVAILABLE (unavailable)
   */
  oldest(prefix: string, after?: string): Promise<StoredBlob[]>;
}

/** So many keys come with one request of S3. */
export const OLDEST_PAGE = 1_000;

export interface StoredBlob {
  readonly key: string;
  /** By the clock of the store [ms since 1970]. */
  readonly storedAtMs: number;
}

/** A shard's place in its stream. Both ends of the hash range belong to it. */
export interface Lineage {
  readonly fromHash: bigint;
  readonly toHash: bigint;
  /** Shards that this one came from by a split (one) or a merge (two); none for a shard of the first generation. */
  readonly parents: readonly string[];
}

/** What lies above an offset: records; nothing for now; or nothing ever again, because the shard is closed. */
export type Remaining = 'records' | 'none yet' | 'ended';

/** A stream or topic, and which of those that had its name one after the other. */
export type NamedSource = Pick<SourcePartition, 'source'> & Partial<Pick<SourcePartition, 'incarnation'>>;

/**
 * The shards of a stream. Told the digest of the record that was counted at an offset (`digestOf`), it compares it with
 * the record that the source has there now, where sources can be cut back and grow again: see `requireUnchanged`.
 */
export interface ShardCatalog {
  /**
   * Every shard that the stream still knows, closed ones included, by name.
   *
   * @param stream without an incarnation: the one that has the name now
   * @throws STREAM_UNAVAILABLE (unavailable) · STREAM_RECREATED, TOPIC_RECREATED (unavailable) that incarnation is gone
   */
  shards(stream: NamedSource): Promise<ReadonlyMap<string, Lineage>>;
  /**
   * Proof by reading (PL-19, PL-22): throttled or failing is no answer.
   *
   * @param digest of the record at `after`; undefined: not known
   * @throws OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN (internal), STREAM_UNAVAILABLE (unavailable)
   */
  remaining(partition: SourcePartition, after: Offset, digest?: number): Promise<Remaining>;
  /**
   * Called when records come again: halts when the source has lost what was counted, for then they are others (PL-11).
   *
   * @param digest of the record at `reached`; undefined: not known
   * @throws OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN (internal), STREAM_UNAVAILABLE (unavailable)
   */
  confirm(partition: SourcePartition, reached: Offset, digest?: number): Promise<void>;
  /**
   * The first record between both that the source still has: one that a reader at `before` has left out.
   *
   * @param digest of the record at `after`; undefined: not known
   * @returns undefined when there is none
   * @throws OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN (internal), STREAM_UNAVAILABLE (unavailable)
   */
  skipped(partition: SourcePartition, after: Offset, before: Offset, digest?: number): Promise<Offset | undefined>;
  /**
   * The source tells that records between both, from the one behind `after` on, were removed before a reader at `before` came.
   *
   * @returns false: none was, or nothing in the source tells
   * @throws STREAM_UNAVAILABLE (unavailable)
   */
  expired(partition: SourcePartition, after: Offset, before: Offset): Promise<boolean>;
  /**
   * How long records stay, where those that expire leave nothing that tells of them.
   *
   * @param atMostMs longer retentions are of no interest: they need not be looked up
   * @returns undefined: it is longer, or the source tells itself what has expired [ms]
   * @throws STREAM_UNAVAILABLE (unavailable)
   */
  retentionMs(partition: SourcePartition, atMostMs: number): Promise<number | undefined>;
  /** Whether the record at this offset is still there: then so is all behind it. @throws STREAM_UNAVAILABLE (unavailable) */
  stillHas(partition: SourcePartition, offset: Offset): Promise<boolean>;
}

/** Reads formats that need to ask somebody, such as a schema registry. */
export interface RecordDecoder {
  /**
   * The first of the records, each with its `value`, or with a `refusal` where it has none. At least one of one or more,
   * and all that share an offset: a decoder that asks a service leaves the rest to the next call, once those are committed.
   *
   * @throws REGISTRY_UNAVAILABLE (unavailable)
   */
  decode(records: readonly SourceRecord[]): Promise<SourceRecord[]>;
}

/**
 * Calls receivers of an exchange. A hint and no more: a call may be lost, repeated or late, and nothing is wrong then but
 * the time that results take; the tick calls every receiver that has something to do (PL-38).
 */
export interface Doorbell {
  /** Never fails: whoever implements it reports what went wrong. @param receivers by their numbers */
  ring(exchange: string, receivers: readonly number[]): Promise<void>;
}

/** One commit's outbox on its way to the sinks. */
export interface Delivery {
  readonly partition: SourcePartition;
  /** Version and id of the commit: the same on every repeat. */
  readonly version: number;
  readonly commitId: string;
  /** Of the log: what one with a larger epoch says of a window replaces what this one says (PL-17). */
  readonly epochMs: number;
  readonly outbox: Outbox;
}

/** Where results go. `deliver` must be safe to repeat: it is called again after a crash with the same delivery (PL-16). */
export interface Sink {
  /** For metrics and errors, e.g. `resultTable`. */
  readonly name: string;
  /**
   * Called before each delivery and before each batch is committed: whether results can be stored there at all.
   *
   * @throws what says that they cannot (invalid) · SINK_UNAVAILABLE (unavailable) @default nothing is asked
   */
  open?(): Promise<void>;
  /**
   * Resolves when all of it is stored.
   *
   * @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (internal) as RowsRefused: all but these rows is stored
   */
  deliver(delivery: Delivery): Promise<SinkReceipt>;
}

export interface SinkReceipt {
  /** Rows written, repeats and superseded revisions left out. */
  readonly rows: number;
  /** DynamoDB write units used; 0 for other sinks. */
  readonly writeUnits: number;
}

/** Time and waiting, injected so that tests and the simulator own them. */
export interface Clock {
  /** Processing time [ms since 1970]. */
  nowMs(): number;
  sleep(durationMs: number): Promise<void>;
}

/** What became of guarded work. */
export type Guarded<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'stopped' };

/** Ends what does not end by itself: code of the pipeline that a record sends into a loop. */
export interface Guard {
  /**
   * Runs `work`, which is synchronous, and stops it wherever it is when `timeoutMs` are over: no `catch` or `finally` of it
   * runs then, and what it was changing must not be used again. An error of the work itself is thrown.
   */
  run<T>(work: () => T, timeoutMs: number): Guarded<T>;
  /** By a clock that only runs forward [ms]. */
  nowMs(): number;
}

/** Randomness, injected. */
export interface Random {
  /** An id that nobody else draws: at least 96 random bits, URL-safe. */
  id(): string;
  /** A number in [0, 1). */
  unit(): number;
}
