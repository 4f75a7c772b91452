import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { BEFORE_FIRST } from '../../../engine/record.ts';
import { withDescendants } from '../lineage.ts';
import { partitionOf, type Plan, type PlannedShard } from '../plan.ts';
import type { PlannedLoss } from '../plan/lost-slots.ts';
import type { FunctionPool } from './functions.ts';
import type { Mapping } from './mapping.ts';
import type { SeededRandom } from './random.ts';
import type { Schedule } from './schedule.ts';
import type { Storage } from './storage.ts';

interface World {
  readonly plan: Plan;
  readonly storage: Storage;
  readonly schedule: Schedule;
  readonly random: SeededRandom;
  readonly functions: FunctionPool;
  readonly mappings: ReadonlyMap<PlannedShard, Mapping>;
}

/** Requests of functions that were stopped have arrived by then, late ones too. */
const SILENCE_MS = 330_000;

/**
 * Slots are lost, functions halt, an operator stops them all and follows the advice of docs/restore.md.
 *
 *     slots go ──► LOG_DELETED, LOG_DAMAGED ──► functions stop ──► table restored, or logs deleted ──► input from the start
 *
 * @returns the new mappings' lives
 */
export async function loseSlots(world: World, loss: PlannedLoss): Promise<Array<Promise<void>>> {
  const { plan, storage, schedule, functions, mappings } = world;
  const lost = await chooseSlots(world, loss);
  const lostMs = schedule.nowMs();
  const hasHalted = loss.noticedAfterMs > 0 && (await willHalt(storage, lost, loss));
  if (hasHalted) {
    functions.stopThoseInFirstRound([...lost.keys()]);
    await storage.loseSlots(lost, plan.settings.slots);
    await schedule.sleep(loss.noticedAfterMs);
  }
  functions.disable();
  await schedule.sleep(SILENCE_MS);
  if (loss.cure === 'restore') {
    // What has begun since then begins a second time.
    const younger = [...storage.history].filter(
      ([, [first]]) => first !== undefined && storage.storedAtMs(first) > lostMs,
    );
    await storage.bury(
      younger.map(([logId]) => logId),
      plan.settings.slots,
    );
    await storage.restore(lostMs, plan.settings.slots);
  } else {
    const shards = plan.shards.filter((shard) => lost.has(logIdOf(partitionOf(shard))));
    const anew = new Set(shards.flatMap((shard) => [...withDescendants(plan, shard)]));
    await storage.bury(
      [...anew].map((shard) => logIdOf(partitionOf(shard))),
      plan.settings.slots,
    );
  }
  functions.enable();
  return [...mappings].map(([shard, mapping]) => {
    const reached = storage.history.get(logIdOf(partitionOf(shard)))?.at(-1)?.reached ?? BEFORE_FIRST;
    return mapping.restart(reached, 'start');
  });
}

/** By log, the versions that go. */
async function chooseSlots(
  { plan, storage, random }: World,
  { what }: PlannedLoss,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const rings = [...storage.history]
    .map(([logId, entries]) => [logId, entries.slice(-plan.settings.slots).map(({ version }) => version)] as const)
    .filter(([, versions]) => versions.length > (what === 'some' ? 1 : 0));
  const children = rings.filter(([logId]) => isChild(plan, logId));
  const some = children.length > 0 && random.chance(0.5) ? children : rings;
  const chosen = what === 'table' || rings.length === 0 ? rings : [random.pick(some)];
  const gone = (versions: readonly number[]) => (what === 'some' ? someOf(versions, random) : versions);
  return new Map(chosen.map(([logId, versions]) => [logId, new Set(gone(versions))]));
}

function isChild({ shards }: Plan, logId: string): boolean {
  return shards.some((shard) => shard.parents.length > 0 && logIdOf(partitionOf(shard)) === logId);
}

/** Never so that the rest looks like a younger log: versions 1 to n, or none. */
function someOf(versions: readonly number[], random: SeededRandom): readonly number[] {
  const gone = versions.filter(() => random.chance(0.5));
  const left = versions.filter((version) => !gone.includes(version));
  const looksYounger = left.every((version, i) => version === i + 1);
  return gone.length === 0 || looksYounger ? versions.slice(0, 1) : gone;
}

/** A log without a slot and without a snapshot begins anew by itself: then the operator must have meant it. */
async function willHalt(storage: Storage, lost: ReadonlyMap<string, unknown>, { what }: PlannedLoss): Promise<boolean> {
  const have = await Promise.all([...lost.keys()].map((logId) => storage.hasSnapshot(logId)));
  return lost.size > 0 && (what === 'some' || have.every((one) => one));
}
