import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { BEFORE_FIRST } from '../../../engine/record.ts';
import { partitionOf, type Plan, type PlannedShard } from '../plan.ts';
import type { PlannedRestore } from '../plan/restore.ts';
import type { FunctionPool } from './functions.ts';
import type { Mapping } from './mapping.ts';
import type { Schedule } from './schedule.ts';
import type { Storage } from './storage.ts';

interface World {
  readonly plan: Plan;
  readonly storage: Storage;
  readonly schedule: Schedule;
  readonly functions: FunctionPool;
  readonly mappings: ReadonlyMap<PlannedShard, Mapping>;
}

/** As an operator does it: functions stop, the table goes back, the input is set back, all goes on. @returns the new mappings' lives */
export async function restoreTable(
  { plan, storage, schedule, functions, mappings }: World,
  restore: PlannedRestore,
): Promise<Array<Promise<void>>> {
  functions.stopAll();
  await storage.restore(momentOf(storage, restore, schedule.nowMs()), plan.settings.slots);
  return [...mappings].map(([shard, mapping]) => {
    const reached = storage.history.get(logIdOf(partitionOf(shard)))?.at(-1)?.reached ?? BEFORE_FIRST;
    return mapping.restart(reached, restore.readFrom);
  });
}

/** A log that has not begun by then would begin anew, and speak a second time. */
function momentOf(storage: Storage, { lostVersions, recoveryMs }: PlannedRestore, nowMs: number): number {
  const stored = [...storage.history.values()].flatMap((entries) => entries.map((entry) => storage.storedAtMs(entry)));
  const begun = [...storage.history.values()].flatMap((entries) =>
    entries.slice(0, 1).map((entry) => storage.storedAtMs(entry)),
  );
  const wished = stored.sort((a, b) => b - a).at(lostVersions) ?? -Infinity;
  return Math.max(wished, nowMs - recoveryMs, ...begun);
}
