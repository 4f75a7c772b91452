import { bellText } from '../../../adapters/sqs/bell.ts';
import { TidemarkError } from '../../../engine/errors.ts';
import type { Exchange } from '../../../engine/plan/exchange.ts';
import type { ReceivingProcessor } from '../../../engine/processor.ts';
import { answerBells } from '../../../lambdas/answer-bells.ts';
import { receiversIn, type PlannedExchange } from '../plan/exchange.ts';
import { Doorbells, nameOfCalled, type Called } from './doorbells.ts';
import type { FunctionWorld } from './functions.ts';
import { Instance } from './instance.ts';
import { partsOf } from './parts.ts';
import { TickWatch } from './tick-watch.ts';

interface Warm {
  readonly instance: Instance;
  /** By exchange. */
  readonly processors: ReadonlyMap<string, ReceivingProcessor>;
}

/** Of its time, what a receiver may begin to read in, as its function has it. */
const SHARE_OF_TIME = 0.5;

/** The instances of the function that receives: any of them works for any receiver, some long after their call was given up. */
export class ReceiverPool {
  readonly doorbells: Doorbells;
  readonly #world: FunctionWorld;
  readonly #planned: PlannedExchange;
  readonly #all: Warm[] = [];
  readonly #warm = new Map<string, Warm>();
  calls = 0;
  /** Calls of the one that is broken. */
  brokenCalls = 0;

  constructor(world: FunctionWorld, planned: PlannedExchange) {
    this.#world = world;
    this.#planned = planned;
    const answer = (called: Called) => this.#answer(called);
    this.doorbells = new Doorbells(world, planned, world.plan.settings.timeoutMs, answer);
  }

  get killed(): number {
    return this.#all.filter(({ instance }) => instance.isDead).length;
  }

  /** @returns false: its ring comes again */
  async #answer(called: Called): Promise<boolean> {
    const { plan, faults, schedule } = this.#world;
    const name = nameOfCalled(called);
    this.calls++;
    if (this.#isBroken(called)) {
      this.brokenCalls++;
      return false;
    }
    if (faults.decide('receiver.otherInstance')) this.#warm.delete(name);
    const { instance, processors } = this.#take(name);
    if (faults.decide('function.killed')) instance.kill();
    if (instance.isDead) return new Promise(() => {});
    // The call is given up then, and Lambda gives the next one to another instance; this one may go on.
    schedule.after(plan.settings.timeoutMs, () => this.#giveUp(name, instance, call));
    const call = { isOver: false };
    const bell = { messageId: 'ring', body: bellText(called) };
    const processor = processors.get(called.exchange) as ReceivingProcessor;
    try {
      const withinMs = plan.settings.timeoutMs * SHARE_OF_TIME;
      const noted = { reported: () => undefined, failed: () => undefined };
      const { batchItemFailures } = await answerBells(processor, [bell], { withinMs, ...noted });
      return batchItemFailures.length === 0;
    } catch (error) {
      // Whatever happens to it is to go away by itself: no sender may have lost what it has not taken.
      if (!(error instanceof TidemarkError && ['unavailable', 'fenced'].includes(error.kind))) this.#world.fail(error);
      this.#warm.delete(name);
      return false;
    } finally {
      call.isOver = true;
    }
  }

  #giveUp(name: string, instance: Instance, { isOver }: { readonly isOver: boolean }): void {
    if (!isOver && this.#warm.get(name)?.instance === instance) this.#warm.delete(name);
  }

  #isBroken({ exchange, receiver }: Called): boolean {
    const { broken } = this.#planned;
    const nowMs = this.#world.schedule.nowMs();
    if (broken?.what !== 'calls' || nowMs < broken.fromMs || nowMs >= broken.untilMs) return false;
    const it = receiversIn(this.#planned)[broken.receiver];
    return it?.exchange.id === exchange && it.receiver === receiver;
  }

  #take(name: string): Warm {
    const known = this.#warm.get(name);
    if (known !== undefined && !known.instance.isDead) return known;
    const { random } = this.#world;
    const living = this.#all.filter(({ instance }) => !instance.isDead);
    const warm = living.length > 0 && random.chance(0.5) ? random.pick(living) : this.#start();
    this.#warm.set(name, warm);
    return warm;
  }

  #start(): Warm {
    const { schedule, faults } = this.#world;
    const instance = new Instance(`receiving-${this.#all.length}`, schedule, faults);
    const doorbell = this.doorbells.of(instance);
    const watch = new TickWatch(this.#world);
    const processors = this.#planned.receiving.map(
      (topology) =>
        [
          (topology.receivesFrom as Exchange).id,
          { ...partsOf(this.#world, instance, watch, topology), doorbell },
        ] as const,
    );
    const warm = { instance, processors: new Map(processors) };
    this.#all.push(warm);
    return warm;
  }
}
