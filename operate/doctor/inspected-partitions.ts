import { mapParallel } from '../../engine/parallel.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { Remaining, ShardCatalog } from '../../engine/ports.ts';
import { BEFORE_FIRST, type Offset, type SourcePartition } from '../../engine/record.ts';
import { inspect } from '../inspect/inspect.ts';
import type { PartitionReport } from '../inspect/partition-report.ts';
import { partitionsIn, type Place } from '../place.ts';
import type { InspectedPartition } from './log-checks.ts';

const PARALLEL_READS = 4;

/**
 * Every log, and whether its partition has more for it.
 *
 * @param catalogOf of a source; undefined: it cannot be asked from here
 */
export async function inspectedPartitions(
  place: Place,
  catalogOf: (source: string) => Pick<ShardCatalog, 'remaining'> | undefined,
): Promise<InspectedPartition[]> {
  const partitions = partitionsIn(place);
  const inspected = (await inspect(place)).map((report, i) => ({ report, partition: partitions[i]?.partition }));
  return mapParallel(inspected, PARALLEL_READS, async ({ report, partition }) => {
    if (partition === undefined) return { report, remaining: remainingRows(report) };
    const catalog = catalogOf(partition.source);
    if (report.status === 'sealed' || report.status === 'faulty' || catalog === undefined)
      return { report, partition, remaining: undefined };
    const after = report.reached === null ? BEFORE_FIRST : BigInt(report.reached);
    return { report, partition, remaining: await remainingOf(catalog, partition, after) };
  });
}

/** Of a receiver. */
function remainingRows({ status, unread }: PartitionReport): Remaining | undefined {
  if (status === 'sealed' || status === 'faulty') return undefined;
  return unread === 0 ? 'none yet' : 'records';
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
