import { failureText } from './connection.ts';

/**
 * Codes of a broker that speak of the records themselves, and whether they can speak of nothing else where it is one:
 * MESSAGE_TOO_LARGE (`max.message.bytes` of the topic, which holds for several records together), RECORD_LIST_TOO_LARGE
 * (its `segment.bytes`), INVALID_RECORD (a schema that the topic validates, which may be one that no record fits).
 *
 * @see https://kafka.apache.org/protocol#protocol_error_codes
 */
const OF_RECORDS: ReadonlyMap<unknown, { readonly isCertain: boolean }> = new Map([
  [10, { isCertain: true }],
  [18, { isCertain: true }],
  [87, { isCertain: false }],
]);
const TAKEN = 0;

/** A partition whose records of one request were all refused for what one of them is, or for what they are together. */
export interface RefusedPartition {
  readonly partition: number;
  readonly error: Error;
  readonly isCertain: boolean;
}

/**
 * Of a request that failed for the records of some partitions only: which those are.
 *
 * @param sent the partitions that it had records of
 * @returns undefined when something else went wrong, such as a missing right or topic, or when it is not known of each
 * partition whether its records were taken
 */
export function refusedPartitions(failure: unknown, sent: Iterable<number>): RefusedPartition[] | undefined {
  const codes = new Map([...takenIn(failure), ...answersIn(failure)]);
  const error = new Error(failureText(failure));
  const refused: RefusedPartition[] = [];
  for (const partition of sent) {
    const code = codes.get(partition);
    if (code === TAKEN) continue;
    const ofRecords = OF_RECORDS.get(code);
    if (ofRecords === undefined) return undefined;
    refused.push({ partition, error, ...ofRecords });
  }
  return refused.length > 0 ? refused : undefined;
}

type Answer = readonly [partition: number, code: number];

/** What brokers answered, try by try: the last answer of a partition counts. Its leader alone answers for it. */
function answersIn(failure: unknown): Answer[] {
  const topics = listIn(fieldOf(failure, 'response'), 'responses');
  if (topics !== undefined) {
    const answers = topics.flatMap((topic) => listIn(topic, 'partitionResponses') ?? []);
    return answers.map((answer): Answer => [Number(fieldOf(answer, 'index')), Number(fieldOf(answer, 'errorCode'))]);
  }
  return failure instanceof AggregateError ? failure.errors.flatMap(answersIn) : [];
}

/** Partitions of brokers whose requests went well. */
function takenIn(failure: unknown): Answer[] {
  return (listIn(fieldOf(failure, 'produced'), 'offsets') ?? []).map((offset): Answer => [
    Number(fieldOf(offset, 'partition')),
    TAKEN,
  ]);
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

function listIn(value: unknown, name: string): readonly unknown[] | undefined {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list : undefined;
}
