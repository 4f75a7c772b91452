import { mapParallel } from '../../adapters/shared/parallel.ts';
import type { ShardCatalog } from '../../engine/ports.ts';
import { BEFORE_FIRST } from '../../engine/record.ts';
import { inspect } from '../inspect/inspect.ts';
import { partitionOf, type Place } from '../place.ts';
import type { InspectedPartition } from './log-checks.ts';

const PARALLEL_READS = 4;

/** Every log, and whether its partition has more for it. */
export async function inspectedPartitions(place: Place, catalog: Pick<ShardCatalog, 'remaining'>): Promise<InspectedPartition[]> {
  return mapParallel(await inspect(place), PARALLEL_READS, async (report) => {
    if (report.status === 'sealed' || report.status === 'faulty') return { report, remaining: undefined };
    const after = report.reached === null ? BEFORE_FIRST : BigInt(report.reached);
    return { report, remaining: await catalog.remaining(partitionOf(place, report.partition), after) };
  });
}
