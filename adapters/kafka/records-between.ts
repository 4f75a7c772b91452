import type { Offset } from '../../engine/record.ts';
import { NOTHING_BETWEEN, withRecord, type RecordsBetween } from '../shared/records-between.ts';
import type { PartitionRange, PartitionRead } from './reader.ts';

const MAX_READS = 100;

/** Gives what lies at an offset and behind it. */
export type ReadFrom = (from: Offset) => Promise<
  Pick<PartitionRead, 'next' | 'isOutOfRange'> & {
    readonly records: ReadonlyArray<{ readonly offset: Offset; readonly timestampMs: number }>;
  }
>;

/**
 * Counts the records of a partition between two offsets, both left out, as readers of committed records see them.
 *
 * @param range of the partition
 */
export async function recordsBetween(
  after: Offset,
  before: Offset,
  { start, end }: Pick<PartitionRange, 'start' | 'end'>,
  readFrom: ReadFrom,
): Promise<RecordsBetween> {
  let found: RecordsBetween = { ...NOTHING_BETWEEN, isFollowed: end > before };
  let from = after + 1n > start ? after + 1n : start;
  for (let reads = 0; from < before && from < end; reads++) {
    if (reads === MAX_READS) return { ...found, isAll: false };
    const read = await readFrom(from);
    for (const { offset, timestampMs } of read.records) if (offset < before) found = withRecord(found, timestampMs);
    // Removed at this moment, or behind a transaction that is still open.
    if (read.isOutOfRange || read.next === from) return { ...found, isAll: false };
    from = read.next;
  }
  return found;
}
