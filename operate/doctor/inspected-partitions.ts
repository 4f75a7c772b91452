import { mapParallel } from '../../adapters/shared/parallel.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { Remaining, ShardCatalog } from '../../engine/ports.ts';
import { BEFORE_FIRST, type Offset, type SourcePartition } from '../../engine/record.ts';
import { inspect } from '../inspect/inspect.ts';
import { partitionOf, type Place } from '../place.ts';
import type { InspectedPartition } from './log-checks.ts';

const PARALLEL_READS = 4;

/** Every log, and whether its partition has more for it. */
export async function inspectedPartitions(
  place: Place,
  catalog: Pick<ShardCatalog, 'remaining'>,
): Promise<InspectedPartition[]> {
  return mapParallel(await inspect(place), PARALLEL_READS, async (report) => {
    if (report.status === 'sealed' || report.status === 'faulty') return { report, remaining: undefined };
    if (report.exchange !== null) return { report, remaining: report.unread === 0 ? 'none yet' : 'records' };
    const after = report.reached === null ? BEFORE_FIRST : BigInt(report.reached);
    return { report, remaining: await remainingOf(catalog, partitionOf(place, report.partition), after) };
  });
}

/** Undefined of a source that has lost what was counted (PL-11): whoever looks at the source says so. */
async function remainingOf(
  catalog: Pick<ShardCatalog, 'remaining'>,
  partition: SourcePartition,
  after: Offset,
): Promise<Remaining | undefined> {
  try {
    return await catalog.remaining(partition, after);
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'OFFSETS_RAN_BACKWARDS') return undefined;
    throw error;
  }
}
