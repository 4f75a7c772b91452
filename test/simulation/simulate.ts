import { messageOf } from '../../engine/errors.ts';
import { UNSEEN_HOLD_MS } from '../../engine/tick/idle-watermark.ts';
import { checkAll } from './checks.ts';
import { checkMeanwhile } from './check-meanwhile.ts';
import { contentsOf, type Contents } from './contents.ts';
import { planOf, type Plan, type PlannedShard } from './plan.ts';
import { deployedAtMs } from './plan/exchange-redeploy.ts';
import { FAULTS_UNTIL_MS, START_MS } from './plan/times.ts';
import { Faults } from './world/faults.ts';
import { ExchangeWatch } from './world/exchange-watch.ts';
import { FunctionPool } from './world/functions.ts';
import { Mapping } from './world/mapping.ts';
import { SeededRandom } from './world/random.ts';
import { ReceiverPool } from './world/receivers.ts';
import { Schedule } from './world/schedule.ts';
import { Stream } from './world/shards.ts';
import { Readers } from './world/sinks.ts';
import { Storage } from './world/storage.ts';
import { loseSlots } from './world/lose-slots.ts';
import { restoreTable } from './world/table-restore.ts';

export interface Outcome {
  readonly seed: number;
  /** undefined: everything held. */
  readonly failure: string | undefined;
  readonly faults: readonly string[];
  readonly batches: number;
  readonly commits: number;
  /** What this world had in it, and how often. */
  readonly contents: Contents;
  readonly simulatedMs: number;
}

const MAX_EVENTS = 4_000_000;
/** After the last fault. Most worlds take two hours; thirty shards in rings of two places take several. */
const RECOVERED_WITHIN_MS = 86_400_000;
/** How often it is looked whether the operator's hour has come. */
const WATCH_MS = 200;

/** One seed: a world goes wrong for a while, then everything is checked against the reference. */
export async function simulate(
  seed: number,
  allowed?: ReadonlySet<string>,
  plan: Plan = planOf(seed),
): Promise<Outcome> {
  const schedule = new Schedule(START_MS);
  const faults = new Faults(seed, allowed);
  const random = new SeededRandom(seed, 'world');
  const storage = new Storage(schedule);
  const readers = new Readers(plan);
  let failure: unknown;
  const fail = (error: unknown) => (failure ??= error);
  const stream = new Stream({ plan, schedule });
  const world = {
    plan,
    stream,
    storage,
    readers,
    schedule,
    faults,
    random,
    crossing: plan.exchange && new ExchangeWatch({ plan, storage, fail }, plan.exchange),
    fail,
  };
  const receivers = plan.exchange && new ReceiverPool(world, plan.exchange);
  const functions = new FunctionPool(world, receivers?.doorbells);
  const mappings = new Map(
    plan.shards.map((shard) => [shard, new Mapping({ ...world, shard, functions, settings: plan.settings })]),
  );
  let running = 0;
  const live = (life: Promise<void>) => {
    running++;
    life.then(
      () => running--,
      (error: unknown) => world.fail(error),
    );
  };
  for (const mapping of mappings.values()) live(mapping.run());
  const operated = { ...world, functions, mappings };
  const { restore, loss } = plan;
  // Code that is replaced does not see what is due at receivers that it does not know: as long as its ticks come, windows wait.
  const unsettledUntilMs = Math.max(plan.exchange?.broken?.untilMs ?? START_MS, deployedAtMs(plan));
  const works = [
    ...[restore, restore?.again]
      .flatMap((one) => one ?? [])
      .map((one) => ({ afterVersions: one.afterVersions, work: () => restoreTable(operated, one) })),
    ...(loss === undefined ? [] : [{ afterVersions: loss.afterVersions, work: () => loseSlots(operated, loss) }]),
  ];
  const watch = () => {
    const [next] = works;
    if (next === undefined) return;
    if (running > 0 && storage.versions < next.afterVersions) return schedule.after(WATCH_MS, watch);
    next.work().then((lives) => {
      lives.forEach(live);
      works.shift();
      watch();
    }, world.fail);
  };
  watch();
  let { throttled } = plan;
  if (throttled !== undefined) {
    const recovering = throttled;
    schedule.after(recovering.untilMs - START_MS, () => {
      checkMeanwhile(plan, recovering, storage).then(() => (throttled = undefined), world.fail);
    });
  }
  schedule.after(FAULTS_UNTIL_MS, () => faults.stop());
  if (plan.settings.tickEveryMs > 0) {
    const tick = () => {
      void functions.tick();
      schedule.after(plan.settings.tickEveryMs, tick);
    };
    tick();
  }
  try {
    const isOver = () =>
      running === 0 && works.length === 0 && throttled === undefined && schedule.nowMs() >= unsettledUntilMs;
    const isDone = () => isOver() || failure !== undefined;
    // While faults happen, a world of many shards may take as long as it likes; without them it has to come to an end.
    await schedule.run(() => isDone() || schedule.nowMs() >= START_MS + FAULTS_UNTIL_MS, MAX_EVENTS);
    await schedule.run(isDone, MAX_EVENTS, START_MS + FAULTS_UNTIL_MS + RECOVERED_WITHIN_MS);
    // Zombies wake up and late requests land: none of it may change anything any more.
    faults.stop();
    // A shard that ticks cannot look at holds the others for a while.
    const heldMs = plan.untold === undefined ? 0 : UNSEEN_HOLD_MS;
    // In rings of two places, receivers that send wait for those behind them with each commit.
    const settlingMs = heldMs + (plan.exchange?.shape === 'two' ? 3_600_000 : 600_000);
    const settled = schedule.nowMs() + settlingMs;
    let over = false;
    schedule.after(settlingMs, () => (over = schedule.nowMs() >= settled));
    await schedule.run(() => over || failure !== undefined, MAX_EVENTS);
    if (failure === undefined) {
      await checkAll({
        plan,
        storage,
        readers,
        random,
        lost: (shard: PlannedShard) => mappings.get(shard)?.lost ?? new Set(),
      });
    }
  } catch (error) {
    failure ??= error;
  }
  return {
    seed,
    failure: failure === undefined ? undefined : messageOf(failure),
    faults: faults.happened,
    batches: [...mappings.values()].reduce((sum, { batches }) => sum + batches, 0),
    commits: storage.versions,
    contents: contentsOf({
      plan,
      storage,
      readers,
      faults: faults.happened,
      halts: functions.halts,
      fullRings: functions.fullRings,
      receivers,
      refusals: [...mappings.values()].reduce((sum, { refusals }) => sum + refusals, 0),
    }),
    simulatedMs: schedule.nowMs() - START_MS,
  };
}
