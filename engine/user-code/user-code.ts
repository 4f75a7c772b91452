import { TidemarkError } from '../errors.ts';
import type { Guard } from '../ports.ts';
import { TIME_LIMITS, type TimeLimits } from './time-limits.ts';

/** How an instance runs the code of its pipeline: for how long, and who stops it. */
export class UserCode {
  readonly guard: Guard;
  readonly limits: TimeLimits;
  /** The batch that goes on alone, for one of its steps was stopped, and those that wait for their turn. */
  #holder: object | undefined;
  readonly #waiting: Array<() => void> = [];

  constructor(guard: Guard, limits: TimeLimits = TIME_LIMITS) {
    this.guard = guard;
    this.limits = limits;
  }

  /**
   * Runs what is beside the steps, of which no part could be refused.
   *
   * @param what of the pipeline it is, for the error
   * @throws USER_CODE_TIMEOUT (internal)
   */
  whole<T>(what: string, work: () => T): T {
    const { longMs } = this.limits;
    const outcome = this.guard.run(work, longMs);
    if (outcome.kind === 'done') return outcome.value;
    const text = `${what} must end within ${longMs} ms, got more; correct the pipeline`;
    throw new TidemarkError('internal', 'USER_CODE_TIMEOUT', text);
  }

  /** Another batch goes on alone. */
  isTakenFrom(batch: object): boolean {
    return this.#holder !== undefined && this.#holder !== batch;
  }

  /**
   * Waits until `batch` may go on alone. The time of an invocation is that of all its partitions: if each lost a part
   * of it to a step that is stopped, none might come to a commit.
   */
  async take(batch: object): Promise<void> {
    if (this.isTakenFrom(batch)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#holder = batch;
  }

  /** The next one's turn; nothing to do for a batch that has not taken it. */
  release(batch: object): void {
    if (this.#holder !== batch) return;
    const next = this.#waiting.shift();
    // It stands for the batch that waits until that one takes its turn: no other gets in between.
    this.#holder = next;
    next?.();
  }
}
