import { batchLength, type BatchLimits } from '../event-source/batch.ts';
import { nextPause } from '../event-source/delivery.ts';
import type { PolledRecord } from './event.ts';

interface Waiting {
  readonly record: PolledRecord;
  readonly sinceMs: number;
}

/** A partition that has failed, until it is tried again. */
interface Pause {
  readonly untilMs: number;
  readonly pauseMs: number;
}

/**
 * Records that were read and not yet taken by the function, in the order in which they were read. A partition that fails
 * sits out for a while, longer each time; the others go on without it.
 */
export class Backlog {
  readonly #limits: BatchLimits;
  readonly #pauses = new Map<number, Pause>();
  #waiting: Waiting[] = [];

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#waiting.length;
  }

  add(records: readonly PolledRecord[], nowMs: number): void {
    for (const record of records) this.#waiting.push({ record, sinceMs: nowMs });
  }

  /** What is handed over next; nothing while it is worth waiting for more. */
  batch(nowMs: number): readonly PolledRecord[] {
    const ready = this.#waiting.filter(({ record: { partition } }) => !this.isPaused(partition, nowMs));
    const length = batchLength(
      ready.map(({ record: { bytes } }) => bytes),
      nowMs - (ready[0]?.sinceMs ?? nowMs),
      this.#limits,
    );
    return ready.slice(0, length).map(({ record }) => record);
  }

  /**
   * What became of a batch: what is left of it stays in its place, and its partitions sit out.
   *
   * @param left some of the batch
   */
  settle(batch: readonly PolledRecord[], left: readonly PolledRecord[], nowMs: number): void {
    const isLeft = new Set(left);
    const taken = new Set(batch.filter((record) => !isLeft.has(record)));
    this.#waiting = this.#waiting.filter(({ record }) => !taken.has(record));
    // What got on begins with the shortest pause again, should it fail further on.
    for (const { partition } of taken) this.#pauses.delete(partition);
    for (const partition of new Set(left.map((record) => record.partition))) {
      const pauseMs = nextPause(this.#pauses.get(partition)?.pauseMs);
      this.#pauses.set(partition, { pauseMs, untilMs: nowMs + pauseMs });
    }
  }

  isPaused(partition: number, nowMs: number): boolean {
    return (this.#pauses.get(partition)?.untilMs ?? nowMs) > nowMs;
  }

  /** Offset of the first record of a partition that is still here. */
  first(partition: number): bigint | undefined {
    return this.#waiting.find(({ record }) => record.partition === partition)?.record.offset;
  }
}
