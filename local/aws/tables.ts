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
import { sortKeyOf } from '../../engine/outputs.ts';

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
      AttributeDefinitions: [
        { AttributeName: 'key', AttributeType: 'S' },
        { AttributeName: sortKeyOf(results.identity), AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'key', KeyType: 'HASH' },
        { AttributeName: sortKeyOf(results.identity), KeyType: 'RANGE' },
      ],
    }),
  ]);
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
