import type { Clock } from '../../engine/ports.ts';

/** A clock on which sleeping takes no time but is written down. */
export class RecordingClock implements Clock {
  readonly slept: number[] = [];
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(durationMs: number): Promise<void> {
    this.slept.push(durationMs);
    this.#nowMs += durationMs;
  }
}
