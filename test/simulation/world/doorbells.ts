import type { SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { readBell } from '../../../adapters/sqs/bell.ts';
import { SqsDoorbell } from '../../../adapters/sqs/doorbell.ts';
import { PACE_TOLERANCE_MS } from '../../../engine/exchange/pace.ts';
import type { Doorbell } from '../../../engine/ports.ts';
import { FifoQueue } from '../../support/fifo-queue.ts';
import type { PlannedExchange } from '../plan/exchange.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import { SeededRandom } from './random.ts';
import type { Schedule } from './schedule.ts';

interface World {
  readonly plan: { readonly seed: number };
  readonly schedule: Schedule;
  readonly faults: Faults;
  /** Ends the simulation. */
  fail(error: unknown): void;
}

/** Whom a ring is for. */
export interface Called {
  readonly exchange: string;
  readonly receiver: number;
}

export const nameOfCalled = ({ exchange, receiver }: Called): string => `${exchange}/${receiver}`;

/** Whether a receiver is done with a ring. */
type Answer = (called: Called) => Promise<boolean>;

/** A ring on its way, with the id that it got when its function read its clock. */
interface Ring {
  readonly called: Called;
  readonly id: string;
  readonly atMs: number;
}

/** From when a message can be received until it is [ms]. */
const HANDED_OVER_MS = 20;
/** Clocks of containers that agree well enough, and some of a world where one is badly wrong [ms]. */
const CLOCKS_APART = [0, PACE_TOLERANCE_MS, PACE_TOLERANCE_MS, 30_000] as const;

/**
 * The queue of rings, which delays and deduplicates them as SQS does. Each receiver is a group: one call of it is at work
 * until it is done with its rings, or has not said so in time. Rings get lost, come late, and come twice: then two containers
 * work for one receiver. Each container has a clock of its own.
 */
export class Doorbells {
  readonly #world: World;
  readonly #paceMs: number;
  readonly #visibilityMs: number;
  readonly #answer: Answer;
  readonly #queue: FifoQueue;
  readonly #clocks: SeededRandom;
  readonly #apartMs: number;
  /** Receivers whose rings come again. */
  readonly #again = new Set<string>();
  readonly #atWork = new Set<string>();
  #ids = 0;
  rings = 0;

  /** @param visibilityMs a ring that was not answered by then comes again */
  constructor(world: World, { paceMs }: Pick<PlannedExchange, 'paceMs'>, visibilityMs: number, answer: Answer) {
    this.#world = world;
    this.#paceMs = paceMs;
    this.#visibilityMs = visibilityMs;
    this.#answer = answer;
    this.#queue = new FifoQueue(paceMs);
    this.#clocks = new SeededRandom(world.plan.seed, 'clocks');
    this.#apartMs = this.#clocks.pick(CLOCKS_APART);
  }

  /** That the queue left out, each for one that it had. */
  get leftOut(): number {
    return this.#queue.leftOut;
  }

  /** By more than the pace allows for: a ring may be left out after its call, and the tick makes up for it. */
  get areClocksFarApart(): boolean {
    return this.#apartMs > PACE_TOLERANCE_MS;
  }

  /** As one instance meets them. Its batch is committed by then: a ring that is lost is none of its errors (PL-38). */
  of(instance: Instance): Doorbell {
    const { schedule, faults } = this.#world;
    const aheadMs = this.#clocks.between(0, this.#apartMs);
    const send = ({ input: { Entries = [] } }: { readonly input: SendMessageBatchCommandInput }): Promise<unknown> => {
      if (faults.decide('bell.lost')) return instance.fail('ring lost');
      const atMs = schedule.nowMs();
      return instance.call(async () => {
        for (const { MessageBody = '', MessageDeduplicationId: id = '' } of Entries)
          this.#take({ called: readBell(MessageBody) as Called, id, atMs });
        return {};
      }, false);
    };
    return new SqsDoorbell({
      client: { send } as unknown as SQSClient,
      queueUrl: 'https://queue.fifo',
      paceMs: this.#paceMs,
      clock: { nowMs: () => schedule.nowMs() + aheadMs, sleep: (ms) => schedule.sleep(ms) },
      random: { id: () => `ring-${++this.#ids}` },
      missed: () => undefined,
    });
  }

  #take(ring: Ring): void {
    const { schedule, faults } = this.#world;
    if (faults.decide('bell.twice')) schedule.after(HANDED_OVER_MS, () => void this.#answerInTime(ring.called));
    if (faults.decide('bell.late')) schedule.after(faults.delayMs(), () => this.#put(ring));
    else this.#put(ring);
  }

  #put({ called, id, atMs }: Ring): void {
    const { schedule } = this.#world;
    const nowMs = schedule.nowMs();
    const { dueMs, isLeftOut } = this.#queue.send(nameOfCalled(called), id, nowMs);
    this.rings++;
    // The commit that it is about was acknowledged by then, and nothing else may bring it to its receiver.
    if (dueMs < atMs && !this.areClocksFarApart)
      this.#world.fail(new Error(`ring ${id} was left out after its call, which began ${atMs - dueMs} ms before it`));
    if (!isLeftOut) schedule.after(dueMs + HANDED_OVER_MS - nowMs, () => void this.#deliver(called));
  }

  async #deliver(called: Called): Promise<void> {
    const name = nameOfCalled(called);
    if (this.#atWork.has(name)) return;
    const count = this.#queue.take(name, this.#world.schedule.nowMs());
    if (!this.#again.delete(name) && count === 0) return;
    this.#atWork.add(name);
    const isDone = await this.#answerInTime(called);
    // Until then it hides the rings behind it.
    if (!isDone) await this.#world.schedule.sleep(this.#visibilityMs);
    this.#atWork.delete(name);
    if (!isDone) this.#again.add(name);
    await this.#deliver(called);
  }

  #answerInTime(called: Called): Promise<boolean> {
    return new Promise((resolve) => {
      this.#world.schedule.after(this.#visibilityMs, () => resolve(false));
      this.#answer(called).then(resolve, () => resolve(false));
    });
  }
}
