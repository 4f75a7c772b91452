import { DescribeTableCommand, type DynamoDBClient, type TableDescription } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../engine/errors.ts';
import { sortKeyOf } from '../../engine/outputs.ts';
import type { ResultShape } from '../../engine/plan/results.ts';

type Keys = Pick<TableDescription, 'AttributeDefinitions' | 'KeySchema'>;

/** What a table of results is found by: the key as text, and its windows' starts or its numbers. */
export function resultKeys(identity: ResultShape['identity']): Required<Keys> {
  const sortKey = sortKeyOf(identity);
  return {
    AttributeDefinitions: [
      { AttributeName: 'key', AttributeType: 'S' },
      { AttributeName: sortKey, AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'key', KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
  };
}

/** In one line, the order of attributes apart. @example 'key (S), windowStartMs (N)' */
export function keysText({ AttributeDefinitions = [], KeySchema = [] }: Keys): string {
  const types = new Map(AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]));
  const inOrder = [...KeySchema].sort((a, b) => Number(a.KeyType === 'RANGE') - Number(b.KeyType === 'RANGE'));
  return inOrder.map(({ AttributeName: name }) => `${name} (${types.get(name)})`).join(', ');
}

/**
 * Results of windows and numbered ones stand in tables of two kinds: one of the other kind takes no row at all.
 *
 * @param whatToDo where the table is named
 * @throws RESULT_TABLE_KEYS (invalid)
 */
export function requireResultKeys(
  table: string,
  found: Keys,
  identity: ResultShape['identity'],
  whatToDo: string,
): void {
  const [has, needs] = [keysText(found), keysText(resultKeys(identity))];
  if (has === needs) return;
  const what = identity === 'window' ? 'results of windows' : 'numbered results';
  const text = `keys of table ${table} must be ${needs} for ${what}, got ${has}; ${whatToDo}`;
  throw new TidemarkError('invalid', 'RESULT_TABLE_KEYS', text, { context: { table, found: has, expected: needs } });
}

/** @throws what DynamoDB answers */
export async function describeTable(client: DynamoDBClient, table: string): Promise<TableDescription> {
  const { Table = {} } = await client.send(new DescribeTableCommand({ TableName: table }));
  return Table;
}
