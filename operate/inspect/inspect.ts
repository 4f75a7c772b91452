import { mapParallel } from '../../engine/parallel.ts';
import { TidemarkError } from '../../engine/errors.ts';
import { nameOfPartition } from '../../engine/exchange/receivers.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { openLog, type LoadedLog } from '../../engine/partition-log/open-log.ts';
import type { SourcePartition } from '../../engine/record.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import type { Topology } from '../../engine/topology.ts';
import { partitionsIn, readOnly, type Place } from '../place.ts';
import { generationsOf, positionsIn, type Generation } from './generations.ts';
import { faultyReport, partitionReport, type Fault, type PartitionReport } from './partition-report.ts';
import { mostUnread, unreadBy, type SenderHead } from './unread.ts';
import { waitingIn, type Waiting } from './waiting.ts';

/** Logs that are read side by side: each is a few hundred KB. */
const PARALLEL_LOGS = 4;

/** A log that is looked at: of a partition of the source, or of a receiver. */
interface Looked {
  readonly topology: Topology;
  readonly partition: SourcePartition;
}

type Opened = Looked &
  ({ readonly loaded: LoadedLog; readonly waiting: Waiting } | { readonly loaded?: undefined; readonly fault: Fault });

/**
 * Opens the log of every partition as a cold function would, and so verifies it; behind an exchange those of the receivers
 * too, and while they go over to another number those before them. A log at fault is reported, not thrown: the others are
 * still worth seeing.
 *
 * @throws LOG_UNAVAILABLE, BLOB_UNAVAILABLE, RESULTS_UNAVAILABLE (unavailable)
 */
export async function inspect(place: Place): Promise<PartitionReport[]> {
  const { receiving = [] } = place;
  // From the last to the first: no sender is then older than what receivers have read of it.
  const behind: Array<ReadonlyArray<Generation<Opened>>> = [];
  for (const topology of receiving.toReversed())
    behind.unshift(
      await generationsOf(topology, (partitions) =>
        mapParallel(partitions, PARALLEL_LOGS, (partition) => open(place, { topology, partition })),
      ),
    );
  const senders = await mapParallel(partitionsIn(place), PARALLEL_LOGS, (looked) => open(place, looked));
  const levels = behind.map((generations) => generations.flatMap(({ opened }) => opened));
  const opened = [senders, ...levels].flat();
  const furthestMs = Math.max(NO_WATERMARK, ...opened.map(({ loaded }) => loaded?.state.watermarkMs ?? NO_WATERMARK));
  const { others = [] } = place;
  const nameOf = (partition: SourcePartition): string => {
    if (receiving.length > 1 && partition.stage !== '0') return nameOfPartition(partition);
    return others.length > 0 && partition.stage === '0'
      ? `${partition.source}/${partition.partition}`
      : partition.partition;
  };
  const reportOf = (one: Opened, name: string, exchange: string | null = null): PartitionReport =>
    one.loaded === undefined
      ? faultyReport(name, one.fault, exchange)
      : { ...partitionReport(one.topology, name, one.loaded, one.waiting, furthestMs), exchange };
  const receiversIn = (generations: ReadonlyArray<Generation<Opened>>, before: readonly Opened[]): PartitionReport[] =>
    generations.flatMap(({ exchange, opened: all, isOld }, i) =>
      all.map((one): PartitionReport => {
        const name = nameOf(one.partition);
        const report = reportOf(one, isOld ? `${name} of ${exchange.receivers}` : name, exchange.id);
        const going = isOld ? { isGoing: true } : {};
        if (report.fault !== null) return { ...report, ...going };
        const positions = positionsIn(one, generations[i - 1]);
        const unread = positions === undefined ? [] : unreadBy(positions, headsOf(before, nameOf));
        const commits = unread.reduce((sum, each) => sum + each.commits, 0);
        return { ...report, ...going, unread: commits, mostUnread: mostUnread(unread) };
      }),
    );
  return [
    ...senders.map((one) => reportOf(one, nameOf(one.partition))),
    ...behind.flatMap((generations, i) => receiversIn(generations, i === 0 ? senders : (levels[i - 1] ?? []))),
  ];
}

function headsOf(senders: readonly Opened[], nameOf: (partition: SourcePartition) => string): SenderHead[] {
  return senders.flatMap(({ partition, loaded }) =>
    loaded === undefined ? [] : [{ logId: logIdOf(partition), sender: nameOf(partition), head: loaded.head }],
  );
}

async function open(place: Place, looked: Looked): Promise<Opened> {
  const loaded = await loadedOrFault(place, looked);
  return 'fault' in loaded
    ? { ...looked, ...loaded }
    : { ...looked, loaded, waiting: await waitingIn(loaded, place.results) };
}

async function loadedOrFault(
  place: Place,
  { topology, partition }: Looked,
): Promise<LoadedLog | { readonly fault: Fault }> {
  try {
    return await openLog(readOnly({ ...place, topology }), logIdOf(partition));
  } catch (error) {
    // What will not go away by itself is a finding; what may (a throttled table) says nothing about the log.
    if (!(error instanceof TidemarkError) || error.kind === 'unavailable' || error.code === 'READ_ONLY') throw error;
    return { fault: { code: error.code, text: error.message } };
  }
}
