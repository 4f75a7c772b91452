import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  waitUntilTableExists,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { Topology } from '../../engine/topology.ts';
import { describeTable, requireResultKeys, resultKeys } from '../../adapters/dynamodb/result-table-keys.ts';

export function logTableName(pipeline: string): string {
  return `tidemark-${pipeline}-log`;
}

export function resultsTableName(pipeline: string): string {
  return `tidemark-${pipeline}-results`;
}

/** Creates the table of partition logs and the one of results, unless they are there. */
export async function ensureTables(
  client: DynamoDBClient,
  { name: pipeline, results }: Pick<Topology, 'name'> & { readonly results: Pick<Topology['results'], 'identity'> },
): Promise<void> {
  await Promise.all([
    ensureTable(client, {
      TableName: logTableName(pipeline),
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'slotKey', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'slotKey', KeyType: 'HASH' }],
    }),
    ensureTable(client, {
      TableName: resultsTableName(pipeline),
      BillingMode: 'PAY_PER_REQUEST',
      ...resultKeys(results.identity),
    }),
  ]);
}

/**
 * The table of results may be that of a definition that had none of its records yet, so that no log tells of it.
 *
 * @throws RESULT_TABLE_KEYS (invalid)
 */
export async function requireResultTable(
  client: DynamoDBClient,
  { name: pipeline, results }: Parameters<typeof ensureTables>[1],
): Promise<void> {
  const table = resultsTableName(pipeline);
  const whatToDo = 'go back to the old definition, or forget its data with --fresh';
  requireResultKeys(table, await describeTable(client, table), results.identity, whatToDo);
}

async function ensureTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  try {
    const found = await client.send(new DescribeTableCommand({ TableName: table.TableName }));
    if (found.Table?.TableStatus === 'ACTIVE') return;
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    await create(client, table);
  }
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName: table.TableName });
}

async function create(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand(table));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}
