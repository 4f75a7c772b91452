import { sharesOffset, type SourceRecord } from './record.ts';

/** The first `count` records, and those that share the last one's offset: they belong to one commit. */
export function wholeOffsets(records: readonly SourceRecord[], count: number): readonly SourceRecord[] {
  if (count >= records.length) return records;
  let end = count;
  while (end > 0 && sharesOffset(records[end], records[end - 1])) end++;
  return records.slice(0, end);
}
