import { stateSchemaOf } from '../../engine/codec/fingerprint.ts';
import type { Topology } from '../../engine/topology.ts';
import { spokenOfTwice } from './check-results.ts';
import { PIPELINES } from './pipelines/all.ts';
import { nameOf, streamOf, type Plan } from './plan.ts';
import { Speakers } from './speakers.ts';
import { crossedIn } from './exchange/contents.ts';
import { FAULT_KINDS } from './world/faults.ts';
import type { ReceiverPool } from './world/receivers.ts';
import type { Readers } from './world/sinks.ts';
import { isWithoutRecord, movesTime, type Storage } from './world/storage.ts';

/** What is in a world, by name, and how often: a kind of world that never comes is seen by its zero. */
export type Contents = Readonly<Record<string, number>>;

export interface Lived {
  readonly plan: Plan;
  readonly storage: Storage;
  readonly readers: Readers;
  /** Of mappings that went on behind a restored log. */
  readonly refusals: number;
  /** Of batches and ticks, by logs whose slots were deleted. */
  readonly halts: number;
  /** Batches and ticks that waited for a receiver. */
  readonly fullRings: number;
  readonly receivers: ReceiverPool | undefined;
  /** As `kind#n`. */
  readonly faults: readonly string[];
}

/** Another number of receivers alone changes no state. */
function hasOtherState({ topology, redeploy, exchange }: Plan): boolean {
  const schemaOf = (first: Topology, receiving: readonly Topology[] = []) =>
    JSON.stringify([first, ...receiving].map(stateSchemaOf));
  return (
    redeploy !== undefined &&
    schemaOf(topology, exchange?.receiving) !== schemaOf(redeploy.topology, redeploy.receivers?.receiving)
  );
}

export function contentsOf(lived: Lived): Contents {
  const { plan, storage, readers, refusals, halts, faults } = lived;
  const { shards, redeploy, kind, pipeline, settings } = plan;
  const entries = [...storage.history.values()].flat();
  const successions = [...storage.history.values()].flatMap((log) =>
    log.map((entry, i) => ({ entry, before: log[i - 1], after: log[i + 1] })),
  );
  const lines = [...readers.lake.keys()];
  const children = shards.filter(({ parents }) => parents.length > 0);
  return {
    ...Object.fromEntries(PIPELINES.map((one) => [`pipeline: ${one.name}`, one === pipeline ? 1 : 0])),
    'source: Kinesis': kind === 'kinesis' ? 1 : 0,
    'source: Kafka': kind === 'kafka' ? 1 : 0,
    records: shards.reduce((sum, { records }) => sum + records.length, 0),
    'records packed': shards.reduce(
      (sum, { records }) => sum + records.filter(({ parts }) => parts?.length !== 1).length,
      0,
    ),
    'shards of a split': children.filter(({ parents }) => parents.length === 1).length,
    'shards of a merge': children.filter(({ parents }) => parents.length > 1).length,
    'stream made again': new Set(shards.map((shard) => streamOf(nameOf(shard)))).size - (plan.renaming ? 2 : 1),
    'source renamed': plan.renaming === undefined ? 0 : 1,
    'records expire': settings.retentionMs < Infinity ? 1 : 0,
    'topic grows': plan.growsAtMs < Infinity ? 1 : 0,
    'offsets used again': shards.filter(({ reused }) => reused.length > 0).length,
    'cut back and grown again': shards.filter(({ regrown }) => regrown !== undefined).length,
    'versions lost with a restored table': storage.lostVersions,
    'batches behind a restored log': refusals,
    'slots deleted: some of a log': plan.loss?.what === 'some' ? 1 : 0,
    'slots deleted: a whole log': plan.loss?.what === 'log' ? 1 : 0,
    'slots deleted: all logs': plan.loss?.what === 'table' ? 1 : 0,
    'halts of a log with deleted slots': halts,
    'logs begun anew': [...storage.buried].filter(([logId, was]) => was.length > 0 && storage.history.has(logId))
      .length,
    'a log throttled for hours': plan.throttled === undefined ? 0 : 1,
    'requests that were throttled for hours': storage.throttled,
    'redeployed: reads the state': redeploy?.isCompatible === true && hasOtherState(plan) ? 1 : 0,
    'redeployed: cannot read it': redeploy?.isCompatible === false ? 1 : 0,
    commits: entries.length,
    'commits with floors': entries.filter(({ floors }) => floors.length > 0).length,
    'commits with large bodies': entries.filter(({ delta, outbox }) => 'blobKey' in delta || 'blobKey' in outbox)
      .length,
    seals: entries.filter(({ sealedFor }) => sealedFor.length > 0).length,
    snapshots: new Set(entries.filter(({ snapshotKey }) => snapshotKey !== '').map(({ snapshotKey }) => snapshotKey))
      .size,
    ticks: successions.filter(({ entry, before }) => isWithoutRecord(entry) && movesTime(entry, before)).length,
    'moves left to the next commit': entries.filter(({ pending }) => pending !== undefined).length,
    'moves left to another definition': successions.filter(
      ({ entry, before }) => before?.pending !== undefined && before.fingerprint !== entry.fingerprint,
    ).length,
    'moves left to the seal': successions.filter(
      ({ entry, before, after }) =>
        entry.pending === undefined &&
        before?.pending !== undefined &&
        after !== undefined &&
        after.sealedFor.length > 0,
    ).length,
    'results in the lake': lines.filter((id) => id.startsWith('simulated/results/')).length,
    'results retracted': [...readers.lake].filter(
      ([id, line]) => id.startsWith('simulated/results/') && line.includes('"retracted":true'),
    ).length,
    'results of which two logs speak': spokenOfTwice(readers.lake, new Speakers(plan, storage)),
    'results delivered again': readers.repeats,
    'values beside the results': lines.filter((id) => id.includes('/side/')).length,
    'results that a table never takes': readers.picky?.letters.size ?? 0,
    'late records': lines.filter((id) => id.startsWith('late/')).length,
    'dead letters': lines.filter((id) => id.startsWith('dead/')).length,
    ...crossedIn(lived),
    ...Object.fromEntries(
      FAULT_KINDS.map((fault) => [`fault: ${fault}`, faults.filter((name) => name.startsWith(`${fault}#`)).length]),
    ),
  };
}
