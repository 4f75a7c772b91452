import { fingerprintOf, stateSchemaOf } from '../../engine/codec/fingerprint.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { acceptedOf } from './accepted.ts';
import { partitionOf, type Plan, type PlannedShard } from './plan.ts';
import { expectedOf, type Expected, type Taken } from './reference.ts';
import { ticksIn, type Storage } from './world/stores.ts';

/** What a log has taken of its shard's records, and the ticks between them. */
export function takenOf(shard: PlannedShard, history: readonly LogEntry[]): Taken {
  return { shard, records: acceptedOf(shard.records, history), ticks: ticksIn(history) };
}

/** What must have come out by now, of what the logs have taken. */
export async function expectedSoFar(plan: Plan, { history, blobs }: Storage): Promise<Expected> {
  const all = plan.shards.map((shard) => takenOf(shard, history.get(logIdOf(partitionOf(shard))) ?? []));
  const counted = await blobs.get('topics/simulated/readings/topic-id');
  const partitions = counted === undefined ? 0 : Number(new TextDecoder().decode(counted));
  return expectedOf(plan, all, partitions, nextFingerprint(plan));
}

/** Of the other definition; '': there is none. */
export const nextFingerprint = ({ redeploy }: Plan): string =>
  redeploy === undefined ? '' : fingerprintOf(stateSchemaOf(redeploy.topology));
