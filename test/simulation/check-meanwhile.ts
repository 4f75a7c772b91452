import { withDescendants } from './lineage.ts';
import type { Plan } from './plan.ts';
import type { ThrottledLog } from './plan/throttled-log.ts';
import { expectedSoFar } from './taken.ts';
import { violation } from './world/functions.ts';
import type { Storage } from './world/storage.ts';

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
