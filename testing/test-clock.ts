import type { Clock } from '../engine/ports.ts';

/** A clock that the test moves; waiting takes no time. */
export class TestClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(durationMs: number): Promise<void> {
    this.advance(durationMs);
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
  }
}
