import { mapParallel } from '../../adapters/shared/parallel.ts';
import { TidemarkError } from '../../engine/errors.ts';
import { openLog, type LoadedLog } from '../../engine/partition-log/open-log.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import { logIdIn, readOnly, type Place } from '../place.ts';
import { faultyReport, partitionReport, type Fault, type PartitionReport } from './partition-report.ts';
import { waitingIn, type Waiting } from './waiting.ts';

/** Logs that are read side by side: each is a few hundred KB. */
const PARALLEL_LOGS = 4;

type Opened =
  | { readonly partition: string; readonly loaded: LoadedLog; readonly waiting: Waiting }
  | { readonly partition: string; readonly fault: Fault };

/**
 * Opens the log of every partition as a cold function would, and so verifies it. A log at fault is reported, not thrown: the
 * others are still worth seeing.
 *
 * @throws LOG_UNAVAILABLE, BLOB_UNAVAILABLE, RESULTS_UNAVAILABLE (unavailable)
 */
export async function inspect(place: Place): Promise<PartitionReport[]> {
  const opened = await mapParallel(place.source.partitions, PARALLEL_LOGS, (partition) => open(place, partition));
  const furthestMs = Math.max(
    NO_WATERMARK,
    ...opened.map((one) => ('loaded' in one ? one.loaded.state.watermarkMs : NO_WATERMARK)),
  );
  return opened.map((one) =>
    'loaded' in one
      ? partitionReport(place.topology, one.partition, one.loaded, one.waiting, furthestMs)
      : faultyReport(one.partition, one.fault),
  );
}

async function open(place: Place, partition: string): Promise<Opened> {
  const loaded = await loadedOrFault(place, partition);
  return 'fault' in loaded
    ? { partition, ...loaded }
    : { partition, loaded, waiting: await waitingIn(loaded, place.results) };
}

async function loadedOrFault(place: Place, partition: string): Promise<LoadedLog | { readonly fault: Fault }> {
  try {
    return await openLog(readOnly(place), logIdIn(place, partition));
  } catch (error) {
    // What will not go away by itself is a finding; what may (a throttled table) says nothing about the log.
    if (!(error instanceof TidemarkError) || error.kind === 'unavailable' || error.code === 'READ_ONLY') throw error;
    return { fault: { code: error.code, text: error.message } };
  }
}
