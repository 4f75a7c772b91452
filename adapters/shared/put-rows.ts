import { isKind } from '../../engine/errors.ts';
import { awsFailure, isTransient, type AwsAttempt } from './aws-failure.ts';
import { putEntries, type PutEntriesProps } from './put-entries.ts';
import { refusalOf } from './record-refusal.ts';
import type { Outgoing, RefusedTogether } from './send-apart.ts';

/** One record of a call, and the rows that are in it. */
export interface Packed<R extends Outgoing> {
  readonly rows: readonly R[];
}

export interface PutRowsProps<P> extends PutEntriesProps<P> {
  /** What is called, e.g. `stream flights-out`. */
  readonly resource: string;
}

/**
 * One call of Kinesis or Firehose, with the rows that were refused as one.
 *
 * @throws SINK_UNAVAILABLE (unavailable) · SINK_REFUSED (invalid, internal) for what concerns every row
 */
export async function putRows<R extends Outgoing, P extends Packed<R>>(
  records: readonly P[],
  { resource, ...props }: PutRowsProps<P>,
): Promise<Array<RefusedTogether<R>>> {
  try {
    const refused = await putEntries(records, props);
    return refused.map(({ entry, error }) => ({ rows: entry.rows, error, isCertain: refusalOf(error) === 'row' }));
  } catch (error) {
    if (isKind(error, 'unavailable')) throw error;
    const speaksOf = isTransient(error) ? 'every row' : refusalOf(error);
    if (speaksOf === 'every row') throw awsFailure(error, putOf(props.sink, resource, records.length));
    return [{ rows: records.flatMap(({ rows }) => rows), error, isCertain: speaksOf === 'row' }];
  }
}

/** For the error of a call with so many records. */
export function putOf(sink: string, resource: string, records: number): AwsAttempt {
  return { code: 'SINK', action: `put ${records} records`, resource, context: { sink } };
}
