import { fingerprintOf, stateSchemaOf } from '../../engine/codec/fingerprint.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { acceptedOf } from './accepted.ts';
import { nameOf, partitionOf, streamOf, type Plan, type PlannedShard } from './plan.ts';
import { expectedOf, type Expected, type Taken } from './reference.ts';
import { Speakers } from './speakers.ts';
import { ticksIn, type Storage } from './world/storage.ts';

/** What a log has taken of its shard's records, and the ticks between them. */
export function takenOf(shard: PlannedShard, history: readonly LogEntry[]): Taken {
  return { shard, records: acceptedOf(shard.records, history), ticks: ticksIn(history) };
}

/** What must have come out by now, of what the logs have taken. */
export function expectedSoFar(plan: Plan, { history, blobs }: Storage): Promise<Expected> {
  return expectedIn(plan, (logId) => history.get(logId), blobs);
}

/** What logs had decided that were deleted and have begun anew since. */
export async function expectedBefore(plan: Plan, storage: Storage): Promise<Expected> {
  const { history, buried, blobs } = storage;
  const speakers = new Speakers(plan, storage);
  const all = await expectedIn(plan, (logId) => buried.get(logId) ?? history.get(logId), blobs);
  const isOfThem = ({ log }: { readonly log: string }) => speakers.hasBegunAnew(log);
  const refused = (places: ReadonlySet<string>) =>
    new Set([...places].filter((place) => speakers.hasBegunAnew(place.split('/').slice(0, 3).join('/'))));
  return {
    rows: new Map([...all.rows].map(([key, rows]) => [key, rows.filter(isOfThem)])),
    beside: new Map([...all.beside].map(([key, lines]) => [key, lines.filter(isOfThem)])),
    late: refused(all.late),
    dead: refused(all.dead),
    waiting: new Map(),
    sent: [],
  };
}

async function expectedIn(
  plan: Plan,
  historyOf: (logId: string) => readonly LogEntry[] | undefined,
  blobs: Storage['blobs'],
): Promise<Expected> {
  const all = plan.shards.map((shard) => takenOf(shard, historyOf(logIdOf(partitionOf(shard))) ?? []));
  const counts = new Map<string, number>();
  for (const stream of new Set(plan.shards.map((shard) => streamOf(nameOf(shard))))) {
    const counted = await blobs.get(`topics/simulated/${stream}`);
    counts.set(stream, counted === undefined ? 0 : Number(new TextDecoder().decode(counted)));
  }
  const partitionsOf = (shard: PlannedShard) => counts.get(streamOf(nameOf(shard))) ?? 0;
  return expectedOf(plan, all, partitionsOf, nextFingerprint(plan));
}

/** Of the other definition; '': there is none. */
export const nextFingerprint = ({ redeploy }: Plan): string =>
  redeploy === undefined ? '' : fingerprintOf(stateSchemaOf(redeploy.topology));
