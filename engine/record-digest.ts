import { hash53 } from './aggregate/hash.ts';
import type { SourceRecord } from './record.ts';

/** What a record is known by when it comes again: not its time, which may be another in each delivery. */
export type RecordIdentity = Pick<SourceRecord, 'offset' | 'subSequence' | 'partitionKey' | 'data'>;

/**
 * Tells a record from another at the same offset: a source that was cut back gives its offsets away again. Of an
 * aggregated record it is taken of the last place, whose number says how many there are. Two records have the same one
 * by chance once in 2^32.
 *
 * @returns a whole number in [0, 2^32)
 */
export function digestOf({ offset, subSequence, partitionKey, data }: RecordIdentity): number {
  // The key comes last: it alone may contain anything.
  const text = `${offset} ${subSequence} ${hash53(data)} ${partitionKey}`;
  return Math.floor(hash53(new TextEncoder().encode(text)) / 2 ** 21);
}
