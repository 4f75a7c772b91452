import type { RecordsBatch } from '@platformatic/kafka';

const TIMESTAMP_OF_BROKER = 0b1000;
const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;

/** What a fetch of one partition gave, as far as it decides what a reader of committed records sees. */
export interface Fetched {
  readonly records?: readonly RecordsBatch[] | null;
  readonly abortedTransactions: ReadonlyArray<{ readonly producerId: bigint; readonly firstOffset: bigint }> | null;
}

/** A record as the broker keeps it. */
export interface CommittedRecord {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ReadonlyArray<readonly [name: Buffer | null, value: Buffer | null]>;
  readonly timestampMs: number;
  readonly timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
}

/** What a reader of committed records sees at or above `from`: no markers, nothing of aborted transactions. */
export function committedRecords({ records, abortedTransactions }: Fetched, from: bigint): CommittedRecord[] {
  const aborted = [...(abortedTransactions ?? [])].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const open = new Set<bigint>();
  const seen: CommittedRecord[] = [];
  for (const batch of records ?? []) {
    while (aborted[0] !== undefined && aborted[0].firstOffset <= endOf(batch))
      open.add(aborted.shift()?.producerId ?? -1n);
    if ((batch.attributes & CONTROL) !== 0)
      open.delete(batch.producerId); // the marker ends the transaction
    else if ((batch.attributes & TRANSACTIONAL) === 0 || !open.has(batch.producerId))
      seen.push(...recordsOf(batch, from));
  }
  return seen;
}

/** Whether it has a record of a transaction, or the marker of one. */
export function hasTransactions({ records }: Pick<Fetched, 'records'>): boolean {
  return (records ?? []).some(({ attributes }) => (attributes & (TRANSACTIONAL | CONTROL)) !== 0);
}

/** The offset behind all that was fetched; undefined when nothing was. */
export function behindFetched({ records }: Fetched): bigint | undefined {
  const last = records?.at(-1);
  return last === undefined ? undefined : endOf(last) + 1n;
}

function recordsOf(
  { records, firstOffset, firstTimestamp, maxTimestamp, attributes }: RecordsBatch,
  from: bigint,
): CommittedRecord[] {
  const isOfBroker = (attributes & TIMESTAMP_OF_BROKER) !== 0;
  return records.flatMap(({ offsetDelta, timestampDelta, key, value, headers }) => {
    const offset = firstOffset + BigInt(offsetDelta);
    if (offset < from) return [];
    const timestampMs = Number(isOfBroker ? maxTimestamp : firstTimestamp + timestampDelta);
    return [
      { offset, key, value, headers, timestampMs, timestampType: isOfBroker ? 'LOG_APPEND_TIME' : 'CREATE_TIME' },
    ];
  });
}

const endOf = (batch: RecordsBatch): bigint => batch.firstOffset + BigInt(batch.lastOffsetDelta);
