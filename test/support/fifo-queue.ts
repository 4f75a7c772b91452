/** How long SQS knows a deduplication id, whatever became of its message [ms]. */
const DEDUPLICATED_MS = 300_000;

export interface SentRing {
  /** The message can be received from then on: this one, or that for which it was left out. */
  readonly dueMs: number;
  readonly isLeftOut: boolean;
}

/** What SQS does with messages of a FIFO queue, deduplicated by group, at times that are handed in. */
export class FifoQueue {
  readonly #delayMs: number;
  /** Of each group: when which id was taken. */
  readonly #known = new Map<string, Map<string, number>>();
  /** Of each group: when its messages can be received. */
  readonly #waiting = new Map<string, number[]>();
  leftOut = 0;

  /** @param delayMs of the queue: that of a message alone is refused */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  send(group: string, id: string, nowMs: number): SentRing {
    const known = this.#known.get(group) ?? new Map<string, number>();
    this.#known.set(group, known);
    for (const [old, atMs] of known) if (nowMs - atMs >= DEDUPLICATED_MS) known.delete(old);
    const firstMs = known.get(id);
    if (firstMs !== undefined) {
      this.leftOut++;
      return { dueMs: firstMs + this.#delayMs, isLeftOut: true };
    }
    known.set(id, nowMs);
    const dueMs = nowMs + this.#delayMs;
    this.#waiting.set(group, [...(this.#waiting.get(group) ?? []), dueMs]);
    return { dueMs, isLeftOut: false };
  }

  /** Groups that have a message by then. */
  groupsBy(nowMs: number): string[] {
    return [...this.#waiting].flatMap(([group, dues]) => (dues.some((dueMs) => dueMs <= nowMs) ? [group] : []));
  }

  /** All that a group has by then, as one batch. @returns how many there were */
  take(group: string, nowMs: number): number {
    const dues = this.#waiting.get(group) ?? [];
    const left = dues.filter((dueMs) => dueMs > nowMs);
    if (left.length === 0) this.#waiting.delete(group);
    else this.#waiting.set(group, left);
    return dues.length - left.length;
  }

  /** When the next one can be received; undefined: nothing waits. */
  get nextMs(): number | undefined {
    const dues = [...this.#waiting.values()].flat();
    return dues.length === 0 ? undefined : Math.min(...dues);
  }
}
