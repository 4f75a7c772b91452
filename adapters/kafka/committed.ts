import type { RecordsBatch } from '@platformatic/kafka';

const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;

/** What a fetch of one partition gave, as far as it decides what a reader of committed records sees. */
export interface Fetched {
  readonly records?: readonly RecordsBatch[] | null;
  readonly abortedTransactions: ReadonlyArray<{ readonly producerId: bigint; readonly firstOffset: bigint }> | null;
}

/** Whether a reader of committed records sees one at or above `from`: markers, aborted and compacted records are none. */
export function hasCommitted({ records, abortedTransactions }: Fetched, from: bigint): boolean {
  const aborted = [...(abortedTransactions ?? [])].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const open = new Set<bigint>();
  for (const batch of records ?? []) {
    while (aborted[0] !== undefined && aborted[0].firstOffset <= endOf(batch)) open.add(aborted.shift()?.producerId ?? -1n);
    if ((batch.attributes & CONTROL) !== 0) {
      open.delete(batch.producerId); // the marker ends the transaction
      continue;
    }
    if ((batch.attributes & TRANSACTIONAL) !== 0 && open.has(batch.producerId)) continue;
    if (batch.records.some(({ offsetDelta }) => batch.firstOffset + BigInt(offsetDelta) >= from)) return true;
  }
  return false;
}

/** The offset behind all that was fetched; undefined when nothing was. */
export function behindFetched({ records }: Fetched): bigint | undefined {
  const last = records?.at(-1);
  return last === undefined ? undefined : endOf(last) + 1n;
}

const endOf = (batch: RecordsBatch): bigint => batch.firstOffset + BigInt(batch.lastOffsetDelta);
