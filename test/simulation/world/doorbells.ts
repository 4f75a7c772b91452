import type { Doorbell } from '../../../engine/ports.ts';
import type { PlannedExchange } from '../plan/exchange.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';

interface World {
  readonly schedule: Schedule;
  readonly faults: Faults;
}

/** Whether a receiver is done with a ring. */
type Answer = (receiver: number) => Promise<boolean>;

/**
 * The queue of rings. Each receiver is a group: one call of it is at work until it is done with its ring, or has not said so
 * in time. Rings get lost, come late, and come twice: then two containers work for one receiver.
 */
export class Doorbells {
  readonly #world: World;
  readonly #paceMs: number;
  readonly #visibilityMs: number;
  readonly #answer: Answer;
  readonly #waiting = new Set<number>();
  readonly #atWork = new Set<number>();

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
      ring: async (_, receivers) => {
        if (this.#world.faults.decide('bell.lost')) return instance.fail<void>('ring lost').catch(() => undefined);
        return instance.call(async () => {
          for (const receiver of receivers) this.#take(receiver);
        }, false);
      },
    };
  }

  #take(receiver: number): void {
    const { schedule, faults } = this.#world;
    if (faults.decide('bell.twice')) schedule.after(this.#paceMs, () => void this.#answerInTime(receiver));
    if (faults.decide('bell.late')) schedule.after(faults.delayMs(), () => this.#put(receiver));
    else this.#put(receiver);
  }

  #put(receiver: number): void {
    if (this.#waiting.has(receiver)) return;
    this.#waiting.add(receiver);
    this.#world.schedule.after(this.#paceMs, () => void this.#deliver(receiver));
  }

  async #deliver(receiver: number): Promise<void> {
    if (this.#atWork.has(receiver) || !this.#waiting.delete(receiver)) return;
    this.#atWork.add(receiver);
    const isDone = await this.#answerInTime(receiver);
    // Until then it hides the rings behind it.
    if (!isDone) await this.#world.schedule.sleep(this.#visibilityMs);
    this.#atWork.delete(receiver);
    if (!isDone) this.#waiting.add(receiver);
    await this.#deliver(receiver);
  }

  #answerInTime(receiver: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#world.schedule.after(this.#visibilityMs, () => resolve(false));
      this.#answer(receiver).then(resolve, () => resolve(false));
    });
  }
}
