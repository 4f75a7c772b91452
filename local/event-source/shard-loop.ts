import type { KinesisStreamRecord } from 'aws-lambda';
import { messageOf } from '../../engine/errors.ts';
import { batchLength, type BatchLimits } from './batch.ts';
import { deliver, KINESIS_EVENT, type DeliveryHooks } from './delivery.ts';
import { EVENT_FRAME_BYTES, eventBytes, toEventRecord } from './event.ts';
import type { ShardReader } from './shard-reader.ts';

const FIRST_IDLE_MS = 50;
const MAX_IDLE_MS = 250;

export interface ShardLoopProps {
  readonly reader: ShardReader;
  readonly streamArn: string;
  readonly limits: BatchLimits;
  readonly hooks: DeliveryHooks;
  /** Called when the function has taken everything up to here. */
  readonly taken: (shardId: string, sequenceNumber: string, count: number) => void;
  readonly nowMs: () => number;
}

/**
 * One shard of the event source: one batch in flight, in order. The next records are read while the function works.
 *
 * ```
 * read ──► buffer ──► batch in flight ──► checkpoint
 *            ▲ read ahead ┘
 * ```
 */
export class ShardLoop {
  readonly #props: ShardLoopProps;
  readonly #limits: BatchLimits;
  #records: KinesisStreamRecord[] = [];
  #sizes: number[] = [];
  #oldestAtMs = 0;
  #inFlight = 0;
  #idleMs = FIRST_IDLE_MS;
  #emptySinceMs = Number.NEGATIVE_INFINITY;
  #lastRead: string | undefined;
  #ended = false;

  constructor(props: ShardLoopProps) {
    this.#props = props;
    this.#limits = { ...props.limits, maxPayloadBytes: props.limits.maxPayloadBytes - EVENT_FRAME_BYTES };
  }

  get shardId(): string {
    return this.#props.reader.shardId;
  }

  /** Records that were read and not yet taken by the function. */
  get pending(): number {
    return this.#records.length + this.#inFlight;
  }

  /** Sequence number of the newest record that was read. */
  get lastRead(): string | undefined {
    return this.#lastRead;
  }

  /** True when a read that began after this moment found nothing, or nothing can come any more, and nothing is pending. */
  drainedSince(momentMs: number): boolean {
    return this.pending === 0 && (this.#ended || this.#emptySinceMs > momentMs);
  }

  async run(): Promise<void> {
    const { hooks, nowMs } = this.#props;
    while (!hooks.stopped()) {
      const length = batchLength(this.#sizes, nowMs() - this.#oldestAtMs, this.#limits);
      if (length > 0) await this.#handOver(length);
      else if (!(await this.#fill())) await hooks.sleep(this.#pauseMs());
      if (this.#props.reader.closed && this.pending === 0) {
        this.#ended = true;
        return;
      }
    }
  }

  async #handOver(length: number): Promise<void> {
    const batch = this.#records.slice(0, length);
    this.#records = this.#records.slice(length);
    this.#sizes = this.#sizes.slice(length);
    this.#inFlight = length;
    this.#oldestAtMs = this.#props.nowMs();
    const [taken] = await Promise.all([
      deliver(batch, KINESIS_EVENT, this.#props.hooks),
      this.#records.length < this.#limits.batchSize ? this.#fill() : undefined,
    ]);
    if (!taken) return; // stopped: the next run begins with this batch
    this.#props.taken(this.shardId, batch.at(-1)?.kinesis.sequenceNumber ?? '', length);
    this.#inFlight = 0;
  }

  /** @returns true when there were records */
  async #fill(): Promise<boolean> {
    const beganAtMs = this.#props.nowMs();
    const records = await this.#read();
    if (records === undefined) return false;
    if (records.length === 0) {
      this.#emptySinceMs = beganAtMs;
      return false;
    }
    this.#emptySinceMs = Number.NEGATIVE_INFINITY;
    this.#idleMs = FIRST_IDLE_MS;
    if (this.#records.length === 0) this.#oldestAtMs = this.#props.nowMs();
    for (const record of records) {
      this.#records.push(record);
      this.#sizes.push(eventBytes(record));
    }
    this.#lastRead = records.at(-1)?.kinesis.sequenceNumber;
    return true;
  }

  async #read(): Promise<KinesisStreamRecord[] | undefined> {
    const { reader, streamArn, hooks } = this.#props;
    try {
      return (await reader.next()).map((record) => toEventRecord(record, reader.shardId, streamArn));
    } catch (error) {
      if (!hooks.stopped())
        hooks.failed(new Error(`shard ${reader.shardId} cannot be read: ${messageOf(error)}`, { cause: error }));
      return undefined;
    }
  }

  #pauseMs(): number {
    const pauseMs = this.#idleMs;
    this.#idleMs = Math.min(MAX_IDLE_MS, this.#idleMs * 2);
    return this.#records.length > 0 ? FIRST_IDLE_MS : pauseMs;
  }
}
