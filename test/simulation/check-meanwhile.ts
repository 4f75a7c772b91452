import type { Plan, PlannedShard } from './plan.ts';
import type { ThrottledLog } from './plan/throttled-log.ts';
import { expectedSoFar } from './taken.ts';
import { violation } from './world/functions.ts';
import type { Storage } from './world/stores.ts';

/**
 * While a log is throttled for hours, all windows come out of the partitions that do not wait for it (ADR 15).
 *
 * @throws VIOLATION naming what still waits
 */
export async function checkMeanwhile(plan: Plan, { shard }: ThrottledLog, storage: Storage): Promise<void> {
  const held = withDescendants(plan, shard);
  const { waiting } = await expectedSoFar(plan, storage);
  const left = [...waiting].filter(([one]) => !held.has(one)).flatMap(([, names]) => names);
  if (left.length > 0) throw violation(`${left.join(' ')} did not come out while ${shard.id} was throttled`);
}

/** The shard, and all that came of it. */
export function withDescendants({ shards }: Pick<Plan, 'shards'>, shard: PlannedShard): ReadonlySet<PlannedShard> {
  const found = new Set([shard]);
  // Parents come before their children.
  for (const one of shards) {
    const isOfThem = [...found].some(
      (parent) => parent.incarnation === one.incarnation && one.parents.includes(parent.id),
    );
    if (isOfThem) found.add(one);
  }
  return found;
}
