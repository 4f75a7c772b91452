import { fingerprintOf, stateSchemaOf } from '../../../engine/codec/fingerprint.ts';
import { TidemarkError } from '../../../engine/errors.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { TickFailure } from '../../../engine/tick/tick-report.ts';
import { partitionOf, type Plan, type PlannedRecord, type PlannedShard, type Redeploy } from '../plan.ts';
import { kafkaCode, kinesisCode, type FunctionCode } from './code.ts';
import type { Faults } from './faults.ts';
import { Instance } from './instance.ts';
import type { SeededRandom } from './random.ts';
import type { Schedule } from './schedule.ts';
import { FaultyShards, type Stream } from './shards.ts';
import type { Readers } from './sinks.ts';
import { TickWatch } from './tick-watch.ts';
import type { Storage } from './storage.ts';
import type { Doorbells } from './doorbells.ts';
import type { ExchangeWatch } from './exchange-watch.ts';
import { partsOf } from './parts.ts';

export interface FunctionWorld {
  readonly plan: Plan;
  readonly stream: Stream;
  readonly storage: Storage;
  readonly readers: Readers;
  readonly schedule: Schedule;
  readonly faults: Faults;
  readonly random: SeededRandom;
  /** Of a pipeline with an exchange. */
  readonly crossing: ExchangeWatch | undefined;
  /** Ends the simulation: something happened that never may. */
  fail(error: unknown): void;
}

/** What a log must say of itself whose slots were deleted. */
const OF_DAMAGE: ReadonlySet<string> = new Set(['LOG_DELETED', 'LOG_DAMAGED', 'RECORDS_MISSING']);

interface Warm {
  readonly instance: Instance;
  readonly code: FunctionCode;
  /** Runs the other definition. */
  readonly isNext: boolean;
  /** Errors that this world must lead to: a definition that cannot read the state, a topic that is broken. */
  readonly mayHalt: ReadonlySet<string>;
}

/** The instances of the function: each with its own memory, some of them long dead to Lambda and still running. */
export class FunctionPool {
  readonly #world: FunctionWorld;
  readonly #watch: TickWatch;
  readonly #doorbells: Doorbells | undefined;
  readonly #all: Warm[] = [];
  readonly #warm = new Map<string, Warm>();
  #isDisabled = false;
  /** Batches and ticks that a log refused whose slots were deleted. */
  halts = 0;
  /** Batches and ticks that had to wait for a receiver. */
  fullRings = 0;

  /** @param doorbells of a pipeline with an exchange */
  constructor(world: FunctionWorld, doorbells: Doorbells | undefined) {
    this.#world = world;
    this.#doorbells = doorbells;
    this.#watch = new TickWatch(world);
  }

  /** Lambda gives the shard's next batch to another instance. */
  forget(shard: string): void {
    this.#warm.delete(shard);
  }

  /** No function runs any more, and what they had in memory is gone. */
  stopAll(): void {
    for (const { instance } of this.#all) instance.kill();
    this.#warm.clear();
  }

  /** None is left that may know one of these logs as it was when some slots of its ring were empty: it would fill them again. */
  stopThoseInFirstRound(logIds: readonly string[]): void {
    const { slots } = this.#world.plan.settings;
    for (const { instance } of this.#all) {
      if (logIds.some((logId) => (instance.written.get(logId) ?? Infinity) <= slots)) instance.kill();
    }
  }

  /** Mapping and schedule are disabled: no function runs, and none is started. */
  disable(): void {
    this.stopAll();
    this.#isDisabled = true;
  }

  enable(): void {
    this.#isDisabled = false;
  }

  /** @param mayHaltWith the error to which this batch, and no other, may lead */
  async invoke(shard: PlannedShard, records: readonly PlannedRecord[], mayHaltWith?: string): Promise<void> {
    const { faults } = this.#world;
    if (this.#isDisabled) return new Promise(() => {});
    if (faults.decide('mapping.otherInstance')) this.forget(shard.id);
    const warm = this.#take(shard.id);
    if (faults.decide('function.killed')) warm.instance.kill();
    if (warm.instance.isDead) return new Promise(() => {});
    try {
      await warm.code.take(shard, records);
    } catch (error) {
      if (!(error instanceof TidemarkError && error.code === mayHaltWith)) this.#judge(error, warm);
      throw error;
    }
  }

  /** The scheduler's tick: on the same instances as the batches here, so that they meet in every order. */
  async tick(): Promise<void> {
    if (this.#isDisabled) return;
    if (this.#world.faults.decide('tick.otherInstance')) this.forget('tick');
    const warm = this.#take('tick');
    const source = this.#source;
    const sight = this.#watch.look(this.#world.schedule.nowMs(), source);
    warm.instance.ticks.add(sight);
    try {
      await warm.code.tick(source);
    } catch (error) {
      this.#judge(error, warm);
    } finally {
      warm.instance.ticks.delete(sight);
    }
  }

  /** Of the newest deployment. */
  get #source(): string {
    const { plan, schedule } = this.#world;
    return plan.renaming !== undefined && schedule.nowMs() > plan.renaming.atMs ? plan.renaming.source : 'readings';
  }

  /** Anything else than "not now" is a defect: nothing in this world is the user's fault, but for what it has planned. */
  #judge(error: unknown, { mayHalt }: Warm): void {
    const { storage } = this.#world;
    const isExpected = ({ code, kind }: { readonly code: string; readonly kind: string }) =>
      kind === 'unavailable' || kind === 'fenced' || mayHalt.has(code) || (storage.isDamaged() && OF_DAMAGE.has(code));
    const causes = causesOf(error);
    if (!causes.every(isExpected)) this.#world.fail(error);
    else if (causes.some(({ code }) => OF_DAMAGE.has(code))) this.halts++;
    else if (causes.some(({ code }) => code === 'RING_FULL')) this.fullRings++;
  }

  #take(shardId: string): Warm {
    const known = this.#warm.get(shardId);
    const { random, plan, schedule } = this.#world;
    const mayTake = ({ instance, isNext }: Warm) =>
      !instance.isDead && !isRetired(plan.redeploy, isNext, schedule.nowMs());
    if (known !== undefined && mayTake(known) && !this.#isTurn(0.3)) return known;
    const living = this.#all.filter(mayTake);
    const warm = living.length > 0 && random.chance(0.5) ? random.pick(living) : this.#start();
    this.#warm.set(shardId, warm);
    return warm;
  }

  /** Before an exchange old code and new take turns for as long as both are there. */
  #isTurn(probability: number): boolean {
    const { plan, random, schedule } = this.#world;
    return isMixed(plan.redeploy?.receivers && plan.redeploy, schedule.nowMs()) && random.chance(probability);
  }

  #start(): Warm {
    const { plan, schedule, faults, stream } = this.#world;
    const instance = new Instance(`instance-${this.#all.length}`, schedule, faults);
    const isNext = this.#isRedeployed() && !this.#isTurn(0.5);
    const topology = isNext && plan.redeploy !== undefined ? plan.redeploy.topology : plan.topology;
    const { blobs, ...parts } = partsOf(this.#world, instance, this.#watch, topology);
    const shards = new FaultyShards({ faults, stream }, instance);
    const processor = { ...parts, shards, doorbell: this.#doorbells?.of(instance) };
    const code =
      plan.kind === 'kafka'
        ? kafkaCode(this.#world, instance, processor, blobs)
        : kinesisCode(this.#world, instance, processor);
    const mayHalt = new Set([
      ...(mayNotReadState(plan, isNext) ? ['STATE_SCHEMA_CHANGED'] : []),
      // A batch that expired on its way: its shard was read to what was left of its end, and sealed.
      ...(plan.settings.retentionMs < Infinity ? ['SEALED'] : []),
      // An invocation of the source before, whose log was sealed for the next one meanwhile (PL-36).
      ...(plan.exchange !== undefined && isReplaced(plan) ? ['SEALED'] : []),
      ...(plan.growsAtMs < Infinity ? ['PARTITIONS_GREW'] : []),
      // One that knows an older version of the log may have counted another record at an offset that is used again.
      ...(plan.shards.some(({ reused }) => reused.length > 0) ? ['OFFSETS_RAN_BACKWARDS', 'SOURCE_REWRITTEN'] : []),
      ...(plan.shards.some(({ regrown }) => regrown !== undefined) ? ['SOURCE_REWRITTEN'] : []),
    ]);
    const warm = { instance, code, isNext, mayHalt };
    this.#all.push(warm);
    return warm;
  }

  /** The other definition is out, over logs that it cannot read: a shard without a log it would simply begin. */
  #isRedeployed(): boolean {
    const {
      plan: { redeploy, shards },
      schedule,
      storage,
    } = this.#world;
    if (!isDeployed(redeploy, schedule.nowMs())) return false;
    return (
      redeploy.isCompatible ||
      shards.every((shard) => shard.parents.length > 0 || storage.history.has(logIdOf(partitionOf(shard))))
    );
  }
}

/** Another source comes in the place of the first. */
const isReplaced = ({ renaming, shards }: Plan): boolean =>
  renaming !== undefined || shards.some(({ deletedAtMs }) => deletedAtMs < Infinity);

/** What one of them has written, the other cannot read. */
function mayNotReadState({ topology, redeploy }: Plan, isNext: boolean): boolean {
  if (redeploy === undefined || isNext === redeploy.isCompatible) return false;
  return fingerprintOf(stateSchemaOf(topology)) !== fingerprintOf(stateSchemaOf(redeploy.topology));
}

/** From when to when there is another definition. */
type Period = Pick<Redeploy, 'isCompatible' | 'fromMs' | 'toMs' | 'sideBySideMs'>;

/** An instance of a definition that was taken back, or replaced a while ago, gets no work; what it has, it goes on with. */
export function isRetired(redeploy: Period | undefined, isNext: boolean, nowMs: number): boolean {
  if (redeploy === undefined) return false;
  return isNext ? nowMs >= redeploy.toMs : redeploy.isCompatible && nowMs >= redeploy.fromMs + redeploy.sideBySideMs;
}

/** New instances run the other definition. */
export function isDeployed<P extends Period>(redeploy: P | undefined, nowMs: number): redeploy is P {
  return redeploy !== undefined && redeploy.fromMs <= nowMs && nowMs < redeploy.toMs;
}

/** Instances of both definitions get work. */
export function isMixed(redeploy: Period | undefined, nowMs: number): boolean {
  return isDeployed(redeploy, nowMs) && nowMs < redeploy.fromMs + redeploy.sideBySideMs;
}

/** What is behind an error: a tick names what happened on each partition. */
function causesOf(error: unknown): ReadonlyArray<{ readonly kind: string; readonly code: string }> {
  if (!(error instanceof TidemarkError)) return [{ kind: 'internal', code: 'UNEXPECTED' }];
  return error.code === 'TICK_FAILED' ? (error.context['failures'] as TickFailure[]) : [error];
}

/** What `fail` is called with when a check of the world itself does not hold. */
export function violation(text: string): TidemarkError {
  return new TidemarkError('internal', 'VIOLATION', text);
}
