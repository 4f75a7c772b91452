import type { Offset } from '../../engine/record.ts';
import type { PartitionRead } from './reader.ts';

/**
 * Whether records right behind `after` were removed before they were counted. An offset that the partition has no more
 * was a record, unless it was the marker of a transaction or a record of an aborted one: where transactions are seen at the
 * partition's beginning, nothing tells which.
 *
 * @param start of the partition
 */
export async function isExpired(
  after: Offset,
  start: Offset,
  readFrom: (from: Offset) => Promise<Pick<PartitionRead, 'next' | 'isOutOfRange' | 'hasTransactions'>>,
): Promise<boolean> {
  if (start <= after + 1n) return false;
  const { next, isOutOfRange, hasTransactions } = await readFrom(start);
  return next > start && !isOutOfRange && !hasTransactions;
}
