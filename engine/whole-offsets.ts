import type { SourceRecord } from './record.ts';

/** The first `count` records, and those that share the last one's offset: they belong to one commit. */
export function wholeOffsets(records: readonly SourceRecord[], count: number): readonly SourceRecord[] {
  if (count >= records.length) return records;
  const last = records[count - 1]?.offset;
  const end = records.findIndex(({ offset }, i) => i >= count && offset !== last);
  return end < 0 ? records : records.slice(0, end);
}
