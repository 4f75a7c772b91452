import type { RecordIdentity } from '../../engine/record-digest.ts';
import type { CommittedRecord } from './committed.ts';
import { textOf } from './text.ts';

/** What a record is known by, as the function's event has it: no key, or one that is no text, is an empty one. */
export function identityOf({ offset, key, value }: Pick<CommittedRecord, 'offset' | 'key' | 'value'>): RecordIdentity {
  const partitionKey = (key === null ? undefined : textOf(key)) ?? '';
  return { offset, subSequence: 0, partitionKey, data: value ?? new Uint8Array() };
}
