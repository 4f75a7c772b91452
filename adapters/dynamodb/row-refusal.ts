import { errorName } from '../shared/aws-failure.ts';
import { messageOf } from '../../engine/errors.ts';
import type { RefusalOf } from '../shared/send-apart.ts';

/** What DynamoDB says of an item that it will not take, whatever the table: its size, nesting, names and values. */
const OF_THE_ROW = [
  /item size/i,
  /nesting level/i,
  /attribute name is too large/i,
  /significant digits/i,
  /number (overflow|underflow)/i,
  /cannot be converted to a numeric value/i,
  /size of (hashkey|hash key)/i,
  /size of all range ?keys/i,
  /empty string/i,
  /empty attributevalue/i,
  /attributevalue is empty/i,
  /may not contain an empty/i,
];
/** Names of errors that may speak of one row, and may as well speak of all: which, shows in the others. */
const PERHAPS_OF_THE_ROW = new Set([
  'RequestEntityTooLarge',
  'RequestEntityTooLargeException',
  'SerializationException',
  'ValidationException',
]);

/**
 * Of what a refused put speaks: of its row; of every row (schema, rights, a missing table, the network); or of either,
 * which the other rows tell: a table that takes them refuses this one for what it is.
 */
export function refusalOf(error: unknown): RefusalOf {
  const name = errorName(error);
  if (name === 'ItemCollectionSizeLimitExceededException') return 'row';
  if (!PERHAPS_OF_THE_ROW.has(name)) return 'every row';
  return OF_THE_ROW.some((pattern) => pattern.test(messageOf(error))) ? 'row' : 'either';
}
