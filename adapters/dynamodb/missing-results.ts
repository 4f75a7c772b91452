import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isNewer, placeOf, sortKeyOf, type StoredResult } from '../../engine/outputs.ts';
import { awsFailure, errorName, isTransient } from '../shared/aws-failure.ts';
import { DEFAULT_BACK_OFF, repeat } from '../shared/back-off.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';

/**
 * How many of the rows the table does not have, nor newer ones in their places: all of them where it is gone.
 *
 * @returns undefined when the table does not let the caller look
 * @throws RESULTS_UNAVAILABLE (unavailable)
 */
export async function missingResults(
  client: DynamoDBClient,
  table: string,
  rows: readonly StoredResult[],
): Promise<number | undefined> {
  let missing = 0;
  for (const row of rows) {
    try {
      if (!(await hasResult(client, table, row))) missing += 1;
    } catch (error) {
      if (errorName(error) === 'ResourceNotFoundException') return rows.length;
      if (!isTransient(error)) return undefined;
      throw awsFailure(error, { code: 'RESULTS', action: 'look for a result', resource: `table ${table}` });
    }
  }
  return missing;
}

async function hasResult(client: DynamoDBClient, table: string, row: StoredResult): Promise<boolean> {
  const sortKey = sortKeyOf(row.sequence === undefined ? 'window' : 'sequence');
  const command = new GetItemCommand({
    TableName: table,
    Key: { key: { S: row.key }, [sortKey]: { N: String(placeOf(row)) } },
    ConsistentRead: true,
    ProjectionExpression: 'revision, logEpochMs',
  });
  const { Item } = await repeat(() => client.send(command), isTransient, {
    clock: SYSTEM_CLOCK,
    backOff: DEFAULT_BACK_OFF,
  });
  return (
    Item !== undefined &&
    !isNewer(row, { revision: Number(Item['revision']?.N), logEpochMs: Number(Item['logEpochMs']?.N ?? 0) })
  );
}
