import { isKind } from '../../engine/errors.ts';
import { nextPause } from '../event-source/delivery.ts';
import type { Invoke } from '../source/local-source.ts';
import { isDone, ringEvent } from './queue-event.ts';

export interface ReceiverHooks {
  readonly pipeline: string;
  /** Name of the exchange. */
  readonly exchange: string;
  readonly invoke: Invoke;
  /** Told about each failed call, before the pause. */
  readonly failed: (error: unknown) => void;
}

/**
 * One receiver, one call at a time. A ring says that there may be something to read; it is a hint, so rings that come
 * while a call is at work become one call after it:
 *
 *     ring   1    2 3 4         5
 *     call   ├─1─┤├──2 to 4──┤  ├─5─┤
 */
export class ReceiverLoop {
  readonly #receiver: number;
  readonly #hooks: ReceiverHooks;
  /** Rings so far, and how many of them came before the last call began that has succeeded. */
  #rung = 0;
  #answered = 0;
  #stopped = false;
  #rest: { readonly end: () => void; readonly untilRing: boolean } | undefined;

  constructor(receiver: number, hooks: ReceiverHooks) {
    this.#receiver = receiver;
    this.#hooks = hooks;
  }

  get isDone(): boolean {
    return this.#answered === this.#rung;
  }

  ring(): void {
    this.#rung += 1;
    if (this.#rest?.untilRing === true) this.#rest.end();
  }

  stop(): void {
    this.#stopped = true;
    this.#rest?.end();
  }

  /** Resolves when it was stopped; rejects when the function says that it can never work. */
  async run(): Promise<void> {
    let pauseMs: number | undefined;
    while (!this.#stopped) {
      if (this.isDone) {
        await this.#pause();
        continue;
      }
      const rung = this.#rung;
      const outcome = await this.#call();
      if (outcome === 'done') this.#answered = rung;
      pauseMs = outcome === 'failed' ? nextPause(pauseMs) : undefined;
      if (pauseMs !== undefined) await this.#pause(pauseMs);
    }
  }

  /** `more`: its time was over before it had read all, and no queue brings it back. */
  async #call(): Promise<'done' | 'more' | 'failed'> {
    const { pipeline, exchange, invoke, failed } = this.#hooks;
    try {
      return isDone(await invoke(ringEvent(pipeline, exchange, this.#receiver))) ? 'done' : 'more';
    } catch (error) {
      if (isKind(error, 'invalid')) throw error;
      if (!this.#stopped) failed(error);
      return 'failed';
    }
  }

  /** @param durationMs undefined: until it is rung */
  #pause(durationMs?: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#rest = undefined;
        resolve();
      };
      const timer = durationMs === undefined ? undefined : setTimeout(end, durationMs);
      this.#rest = { end, untilRing: durationMs === undefined };
    });
  }
}
