import { bellText } from '../../../adapters/sqs/bell.ts';
import { TidemarkError } from '../../../engine/errors.ts';
import type { Exchange } from '../../../engine/plan/exchange.ts';
import type { ReceivingProcessor } from '../../../engine/processor.ts';
import { answerBells } from '../../../lambdas/answer-bells.ts';
import type { RedeployedReceivers } from '../plan.ts';
import { receiversIn, type PlannedExchange } from '../plan/exchange.ts';
import { Doorbells, nameOfCalled, type Called } from './doorbells.ts';
import { isDeployed, isMixed, isRetired, type FunctionWorld } from './functions.ts';
import { Instance } from './instance.ts';
import { partsOf } from './parts.ts';
import { TickWatch } from './tick-watch.ts';

interface Warm {
  readonly instance: Instance;
  /** By exchange. */
  readonly processors: ReadonlyMap<string, ReceivingProcessor>;
  /** Runs the other definition. */
  readonly isNext: boolean;
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

  /** Calls of a definition that cannot read what the other one has written. */
  refused = 0;

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
    const { instance, processors, isNext } = this.#take(name);
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
      if (!(error instanceof TidemarkError && this.#isExpected(error, isNext))) this.#world.fail(error);
      this.#warm.delete(name);
      return false;
    } finally {
      call.isOver = true;
    }
  }

  #isExpected({ kind, code }: TidemarkError, isNext: boolean): boolean {
    const redeploy = this.#redeploy;
    // Senders are of newer code already.
    const isUnknown = code === 'RECEIVER_UNKNOWN' && redeploy !== undefined && !isNext;
    const isRefused = code === 'STATE_SCHEMA_CHANGED' && redeploy !== undefined && isNext !== redeploy.isCompatible;
    if (isRefused) this.refused++;
    return kind === 'unavailable' || kind === 'fenced' || isUnknown || isRefused;
  }

  get #redeploy(): RedeployedReceivers | undefined {
    return this.#world.plan.redeploy?.receivers;
  }

  /** A definition that cannot read what is there must find something: a receiver without a log it would simply begin. */
  #mayMeet({ isCompatible }: RedeployedReceivers): boolean {
    return isCompatible || receiversIn(this.#planned).every(({ logId }) => this.#world.storage.history.has(logId));
  }

  /** Old code and new take turns for as long as both are there. */
  #isTurn(probability: number): boolean {
    const { random, schedule } = this.#world;
    return isMixed(this.#redeploy, schedule.nowMs()) && random.chance(probability);
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
    const { random, schedule } = this.#world;
    const mayTake = ({ instance, isNext }: Warm) =>
      !instance.isDead && !isRetired(this.#redeploy, isNext, schedule.nowMs());
    if (known !== undefined && mayTake(known) && !this.#isTurn(0.3)) return known;
    const living = this.#all.filter(mayTake);
    const warm = living.length > 0 && random.chance(0.5) ? random.pick(living) : this.#start();
    this.#warm.set(name, warm);
    return warm;
  }

  #start(): Warm {
    const { schedule, faults } = this.#world;
    const instance = new Instance(`receiving-${this.#all.length}`, schedule, faults);
    const doorbell = this.doorbells.of(instance);
    const watch = new TickWatch(this.#world);
    const redeploy = this.#redeploy;
    const isNext = isDeployed(redeploy, schedule.nowMs()) && this.#mayMeet(redeploy) && !this.#isTurn(0.5);
    const processors = (isNext ? redeploy : this.#planned).receiving.map(
      (topology) =>
        [
          (topology.receivesFrom as Exchange).id,
          { ...partsOf(this.#world, instance, watch, topology), doorbell },
        ] as const,
    );
    const warm = { instance, processors: new Map(processors), isNext };
    this.#all.push(warm);
    return warm;
  }
}
