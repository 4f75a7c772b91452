import { TidemarkError } from '../../../engine/errors.ts';
import type { Faults } from './faults.ts';
import type { Schedule } from './schedule.ts';
import type { Sight } from './tick-watch.ts';

/**
 * One function instance as the world sees it. Requests that it has sent go on whatever becomes of it; what it would hear
 * back is held while it is frozen, and never comes once it is dead.
 */
export class Instance {
  readonly name: string;
  /** `logId@offset` for which the stream told it that nothing more was there. */
  readonly provenDrained = new Set<string>();
  /** By log that it has met: the newest version that it has written, 0 when it has only read. */
  readonly written = new Map<string, number>();
  /** What the ticks that run on it must find out. */
  readonly ticks = new Set<Sight>();
  readonly #schedule: Schedule;
  readonly #faults: Faults;
  #frozenUntilMs = 0;
  #dead = false;

  constructor(name: string, schedule: Schedule, faults: Faults) {
    this.name = name;
    this.#schedule = schedule;
    this.#faults = faults;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  kill(): void {
    this.#dead = true;
  }

  freeze(durationMs: number): void {
    this.#frozenUntilMs = this.#schedule.nowMs() + durationMs;
  }

  /**
   * One request to the outside: `execute` happens at the other end after a latency. Before and after, the instance may be
   * killed or frozen.
   *
   * @param lost the reply is lost: it was executed, and the instance hears of a failure
   */
  call<T>(execute: () => Promise<T>, lost: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#faults.decide('function.killed')) this.kill();
      if (this.#faults.decide('function.frozen')) this.freeze(this.#faults.delayMs());
      const latencyMs = this.#faults.decide('function.slow') ? this.#faults.delayMs() : 5;
      this.#schedule.after(latencyMs, () => {
        execute().then(
          (value) => this.#hear(() => (lost ? reject(unavailable('reply lost')) : resolve(value))),
          (error: unknown) => this.#hear(() => reject(error)),
        );
      });
    });
  }

  /** A request that never gets there. */
  fail<T>(reason: string): Promise<T> {
    return new Promise((_, reject) => {
      this.#schedule.after(20, () => this.#hear(() => reject(unavailable(reason))));
    });
  }

  #hear(listen: () => void): void {
    if (this.#dead) return;
    const waitMs = this.#frozenUntilMs - this.#schedule.nowMs();
    if (waitMs > 0) this.#schedule.after(waitMs, () => this.#hear(listen));
    else listen();
  }
}

export function unavailable(reason: string): TidemarkError {
  return new TidemarkError('unavailable', 'SIMULATED', `simulated: ${reason}`);
}
