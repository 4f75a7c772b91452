import { messageOf } from '../../engine/errors.ts';
import { errorName, errorStatus } from './aws-failure.ts';
import type { RefusalOf } from './send-apart.ts';

/**
 * What Kinesis and Firehose say of a call for one of its records, or for all of them together.
 *
 * @example "Value at 'records.97.member.data' failed to satisfy constraint: Member must have length less than or equal to 1024000"
 * @example 'Records size exceeds 5 MB limit'
 */
const OF_RECORDS = [/\brecords\.\d+\.member\./i, /\brecords? (size|limit)\b/i];
/** Names of errors that may speak of a record, and may as well speak of the stream: which, shows in the other records. */
const PERHAPS_OF_RECORDS: ReadonlySet<string> = new Set([
  'InvalidArgumentException',
  'RequestEntityTooLarge',
  'RequestEntityTooLargeException',
  'SerializationException',
  'ValidationException',
]);
const TOO_LARGE = 413;

/**
 * Of what a refused call, or a refused entry of one, speaks. Rights, keys (KMS), a missing stream and throttling concern
 * every record.
 *
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 * @see https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
 */
export function refusalOf(error: unknown): RefusalOf {
  if (errorStatus(error) === TOO_LARGE) return 'row';
  if (!PERHAPS_OF_RECORDS.has(errorName(error))) return 'every row';
  return OF_RECORDS.some((pattern) => pattern.test(messageOf(error))) ? 'row' : 'either';
}
