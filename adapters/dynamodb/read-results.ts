import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StoredResult } from '../../engine/outputs.ts';
import type { Clock } from '../../engine/ports.ts';
import { awsFailure, isTransient } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF, repeat } from '../shared/back-off.ts';
import type { BackOff } from '../shared/back-off.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import { fromResultItem } from './result-item.ts';

export interface ReadResultsOptions {
  /** This key only, in ascending order of windowStartMs or sequence. @default the whole table, in no order */
  readonly key?: string;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** @default DEFAULT_BACK_OFF */
  readonly backOff?: BackOff;
}

/**
 * The rows of a result table that stand, page by page, strongly consistent; what was taken back is left out.
 *
 * @throws RESULTS_UNAVAILABLE (unavailable) · RESULTS_REFUSED (invalid)
 */
export async function* readResults(
  client: DynamoDBClient,
  table: string,
  options: ReadResultsOptions = {},
): AsyncGenerator<StoredResult> {
  const { key, clock = SYSTEM_CLOCK, backOff = DEFAULT_BACK_OFF } = options;
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await repeat(() => readPage(client, table, key, start), isTransient, { clock, backOff }).catch(
      (error: unknown) => {
        throw awsFailure(error, { code: 'RESULTS', action: 'read results', resource: `table ${table}` });
      },
    );
    for (const item of page.Items ?? []) {
      const row = fromResultItem(item);
      if (row.retracted !== true) yield row;
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

function readPage(
  client: DynamoDBClient,
  table: string,
  key: string | undefined,
  start: Record<string, AttributeValue> | undefined,
) {
  const page = { TableName: table, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) };
  if (key === undefined) return client.send(new ScanCommand(page));
  return client.send(
    new QueryCommand({
      ...page,
      KeyConditionExpression: '#key = :key',
      ExpressionAttributeNames: { '#key': 'key' },
      ExpressionAttributeValues: { ':key': { S: key } },
    }),
  );
}
