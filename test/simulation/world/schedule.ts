import type { Clock } from '../../../engine/ports.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: what is due next happens next, hours pass in no time. */
export class Schedule implements Clock {
  #now: number;
  #order = 0;
  readonly #heap: Due[] = [];

  constructor(startMs: number) {
    this.#now = startMs;
  }

  nowMs(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): void {
    const due: Due = { atMs: this.#now + Math.max(0, delayMs), order: this.#order++, run };
    const heap = this.#heap;
    let i = heap.push(due) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(due, heap[parent] as Due)) break;
      heap[i] = heap[parent] as Due;
      i = parent;
    }
    heap[i] = due;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.after(durationMs, resolve));
  }

  /**
   * Runs until `done` holds.
   *
   * @param untilMs in virtual time @default as long as it takes
   * @throws when nothing is left to happen, more than `maxEvents` have, or the time is over: the world is stuck
   */
  async run(done: () => boolean, maxEvents: number, untilMs = Infinity): Promise<void> {
    for (let events = 0; !done(); events++) {
      const next = this.#next();
      if (next === undefined) throw new Error('stuck: nothing left to happen');
      if (events >= maxEvents) throw new Error(`stuck: still not done after ${maxEvents} events`);
      if (next.atMs > untilMs) throw new Error(`stuck: still not done at ${new Date(untilMs).toISOString()}`);
      this.#now = next.atMs;
      next.run();
      // All promises that this event settled run to their next wait before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #next(): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Due, heap[child] as Due)) child++;
      if (!isBefore(heap[child] as Due, last)) break;
      heap[i] = heap[child] as Due;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order;
}
