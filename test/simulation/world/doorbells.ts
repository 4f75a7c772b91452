import type { Doorbell } from '../../../engine/ports.ts';
import type { PlannedExchange } from '../plan/exchange.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';

interface World {
  readonly schedule: Schedule;
  readonly faults: Faults;
}

/** Whom a ring is for. */
export interface Called {
  readonly exchange: string;
  readonly receiver: number;
}

export const nameOfCalled = ({ exchange, receiver }: Called): string => `${exchange}/r${receiver}`;

/** Whether a receiver is done with a ring. */
type Answer = (called: Called) => Promise<boolean>;

/**
 * The queue of rings. Each receiver is a group: one call of it is at work until it is done with its ring, or has not said so
 * in time. Rings get lost, come late, and come twice: then two containers work for one receiver.
 */
export class Doorbells {
  readonly #world: World;
  readonly #paceMs: number;
  readonly #visibilityMs: number;
  readonly #answer: Answer;
  readonly #waiting = new Set<string>();
  readonly #atWork = new Set<string>();

  /** @param visibilityMs a ring that was not answered by then comes again */
  constructor(world: World, { paceMs }: Pick<PlannedExchange, 'paceMs'>, visibilityMs: number, answer: Answer) {
    this.#world = world;
    this.#paceMs = paceMs;
    this.#visibilityMs = visibilityMs;
    this.#answer = answer;
  }

  /** As one instance meets it. Its batch is committed by then: a ring that is lost is none of its errors (PL-38). */
  of(instance: Instance): Doorbell {
    return {
      ring: async (exchange, receivers) => {
        if (this.#world.faults.decide('bell.lost')) return instance.fail<void>('ring lost').catch(() => undefined);
        return instance.call(async () => {
          for (const receiver of receivers) this.#take({ exchange, receiver });
        }, false);
      },
    };
  }

  #take(called: Called): void {
    const { schedule, faults } = this.#world;
    if (faults.decide('bell.twice')) schedule.after(this.#paceMs, () => void this.#answerInTime(called));
    if (faults.decide('bell.late')) schedule.after(faults.delayMs(), () => this.#put(called));
    else this.#put(called);
  }

  #put(called: Called): void {
    const name = nameOfCalled(called);
    if (this.#waiting.has(name)) return;
    this.#waiting.add(name);
    this.#world.schedule.after(this.#paceMs, () => void this.#deliver(called));
  }

  async #deliver(called: Called): Promise<void> {
    const name = nameOfCalled(called);
    if (this.#atWork.has(name) || !this.#waiting.delete(name)) return;
    this.#atWork.add(name);
    const isDone = await this.#answerInTime(called);
    // Until then it hides the rings behind it.
    if (!isDone) await this.#world.schedule.sleep(this.#visibilityMs);
    this.#atWork.delete(name);
    if (!isDone) this.#waiting.add(name);
    await this.#deliver(called);
  }

  #answerInTime(called: Called): Promise<boolean> {
    return new Promise((resolve) => {
      this.#world.schedule.after(this.#visibilityMs, () => resolve(false));
      this.#answer(called).then(resolve, () => resolve(false));
    });
  }
}
