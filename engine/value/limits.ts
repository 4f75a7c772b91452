/**
 * What the services take, so that no value leaves an operator that one of them would refuse. They hold whatever sinks a
 * pipeline has: on a laptop as on AWS.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 * @see https://docs.aws.amazon.com/firehose/latest/dev/limits.html
 */

/** An item of DynamoDB, names and values [bytes]. */
export const MAX_ITEM_BYTES = 409_600;
/** What a row has beside its values: a key of up to 2,048 bytes, the attributes of this release and of those to come [bytes]. */
export const ROW_OVERHEAD_BYTES = 4_096;
/** The same in a line, which bears the key twice and a topic's record once more, each with escapes [bytes]. */
export const LINE_OVERHEAD_BYTES = 40_000;
/** All results of one row, as the bounds of a pipeline's aggregates add up [bytes]. */
export const MAX_ROW_BYTES = 380_000;
/** A result as JSON: what a Kafka broker takes in a record unless told otherwise, less its envelope [bytes]. */
export const MAX_LINE_BYTES = 900_000;
/** A record of Firehose, 1,000 KiB; and a side output, which is a line of the lake [bytes]. */
export const MAX_LAKE_LINE_BYTES = 1_024_000;
/** Lists and objects inside each other in a value of a row: DynamoDB takes 32 levels, of which the values, and what is innermost, are two. */
export const MAX_LEVELS = 30;
/** The name of an attribute [bytes]. */
export const MAX_NAME_BYTES = 65_535;

/** DynamoDB holds 38 digits, but only magnitudes from 1e-130 to below 1e126. */
const SMALLEST_NUMBER = 1e-130;
const TOO_LARGE_NUMBER = 1e126;

/** A number as the log and JSON hold it: -0 is 0; what they have no form for is its text, e.g. `'Infinity'`. */
export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value + 0 : String(value);
}

/** Whether DynamoDB has this number. The result table has the text of the others. */
export function isTableNumber(value: number): boolean {
  const magnitude = Math.abs(value);
  return magnitude === 0 || (magnitude >= SMALLEST_NUMBER && magnitude < TOO_LARGE_NUMBER);
}
