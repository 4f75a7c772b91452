import type { Offset } from '../../engine/record.ts';
import type { PartitionRead } from './reader.ts';

/**
 * The first record between two offsets, both left out, as readers of committed records see it. Offsets without a record are
 * markers of transactions, records of aborted ones, and those that compaction or retention has removed.
 *
 * @param start of the partition
 * @returns undefined: none that is known
 */
export async function firstBetween(
  after: Offset,
  before: Offset,
  start: Offset,
  readFrom: (
    from: Offset,
  ) => Promise<
    Pick<PartitionRead, 'next' | 'isOutOfRange'> & { readonly records: ReadonlyArray<{ readonly offset: Offset }> }
  >,
): Promise<Offset | undefined> {
  let from = after + 1n > start ? after + 1n : start;
  while (from < before) {
    const read = await readFrom(from);
    const [first] = read.records;
    if (first !== undefined) return first.offset < before ? first.offset : undefined;
    // Removed at this moment, or behind a transaction that is still open: no record there is known to be skipped.
    if (read.isOutOfRange || read.next === from) return undefined;
    from = read.next;
  }
  return undefined;
}
