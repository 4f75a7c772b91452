import { bellText } from '../../../adapters/sqs/bell.ts';
import { TidemarkError } from '../../../engine/errors.ts';
import type { Exchange } from '../../../engine/plan/exchange.ts';
import type { ReceivingProcessor } from '../../../engine/processor.ts';
import { answerBells } from '../../../lambdas/answer-bells.ts';
import type { PlannedExchange } from '../plan/exchange.ts';
import { Doorbells } from './doorbells.ts';
import type { FunctionWorld } from './functions.ts';
import { Instance } from './instance.ts';
import { partsOf } from './parts.ts';
import { TickWatch } from './tick-watch.ts';

interface Warm {
  readonly instance: Instance;
  readonly processor: ReceivingProcessor;
}

/** Of its time, what a receiver may begin to read in, as its function has it. */
const SHARE_OF_TIME = 0.5;

/** The instances of the function that receives: any of them works for any receiver, some long after their call was given up. */
export class ReceiverPool {
  readonly doorbells: Doorbells;
  readonly #world: FunctionWorld;
  readonly #planned: PlannedExchange;
  readonly #exchange: Exchange;
  readonly #all: Warm[] = [];
  readonly #warm = new Map<number, Warm>();
  calls = 0;
  /** Calls of the one that is broken. */
  brokenCalls = 0;

  constructor(world: FunctionWorld, planned: PlannedExchange) {
    this.#world = world;
    this.#planned = planned;
    this.#exchange = planned.receiving.receivesFrom as Exchange;
    const answer = (receiver: number) => this.#answer(receiver);
    this.doorbells = new Doorbells(world, planned, world.plan.settings.timeoutMs, answer);
  }

  get killed(): number {
    return this.#all.filter(({ instance }) => instance.isDead).length;
  }

  /** @returns false: its ring comes again */
  async #answer(receiver: number): Promise<boolean> {
    const { plan, faults, schedule } = this.#world;
    this.calls++;
    if (this.#isBroken(receiver)) {
      this.brokenCalls++;
      return false;
    }
    if (faults.decide('receiver.otherInstance')) this.#warm.delete(receiver);
    const { instance, processor } = this.#take(receiver);
    if (faults.decide('function.killed')) instance.kill();
    if (instance.isDead) return new Promise(() => {});
    // The call is given up then, and Lambda gives the next one to another instance; this one may go on.
    schedule.after(plan.settings.timeoutMs, () => this.#giveUp(receiver, instance, call));
    const call = { isOver: false };
    const bell = { messageId: 'ring', body: bellText({ exchange: this.#exchange.id, receiver }) };
    try {
      const withinMs = plan.settings.timeoutMs * SHARE_OF_TIME;
      const noted = { reported: () => undefined, failed: () => undefined };
      const { batchItemFailures } = await answerBells(processor, [bell], { withinMs, ...noted });
      return batchItemFailures.length === 0;
    } catch (error) {
      // Whatever happens to it is to go away by itself: no sender may have lost what it has not taken.
      if (!(error instanceof TidemarkError && ['unavailable', 'fenced'].includes(error.kind))) this.#world.fail(error);
      this.#warm.delete(receiver);
      return false;
    } finally {
      call.isOver = true;
    }
  }

  #giveUp(receiver: number, instance: Instance, { isOver }: { readonly isOver: boolean }): void {
    if (!isOver && this.#warm.get(receiver)?.instance === instance) this.#warm.delete(receiver);
  }

  #isBroken(receiver: number): boolean {
    const { broken } = this.#planned;
    const nowMs = this.#world.schedule.nowMs();
    return broken?.what === 'calls' && broken.receiver === receiver && broken.fromMs <= nowMs && nowMs < broken.untilMs;
  }

  #take(receiver: number): Warm {
    const known = this.#warm.get(receiver);
    if (known !== undefined && !known.instance.isDead) return known;
    const { random } = this.#world;
    const living = this.#all.filter(({ instance }) => !instance.isDead);
    const warm = living.length > 0 && random.chance(0.5) ? random.pick(living) : this.#start();
    this.#warm.set(receiver, warm);
    return warm;
  }

  #start(): Warm {
    const { schedule, faults } = this.#world;
    const instance = new Instance(`receiving-${this.#all.length}`, schedule, faults);
    const parts = partsOf(this.#world, instance, new TickWatch(this.#world), this.#planned.receiving);
    const warm = { instance, processor: { ...parts, doorbell: this.doorbells.of(instance) } };
    this.#all.push(warm);
    return warm;
  }
}
