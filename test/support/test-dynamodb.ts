import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbClient } from '../../adapters/dynamodb/client.ts';
import { dynamoDbServer } from '../../local/emulators/dynamodb/server.ts';

/** A DynamoDB on this machine. */
export interface TestDynamoDb {
  readonly client: DynamoDBClient;
  /** Of loopback. */
  readonly port: number;
  /** @returns the name of a new, empty table */
  createLogTable(): Promise<string>;
  /** @returns the name of a new, empty table */
  createResultTable(): Promise<string>;
  close(): Promise<void>;
}

/** The emulator, in this process, without a table. */
export async function startTestDynamoDb(): Promise<TestDynamoDb> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-dynamodb-'));
  const server = dynamoDbServer({ folder });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  };
  return testTables((server.address() as AddressInfo).port, stop);
}

/** The DynamoDB that answers on this port. */
export function testTables(port: number, stop: () => Promise<unknown>): TestDynamoDb {
  const client = testClient(port);
  let tables = 0;
  const create = async (hash: string, range?: string): Promise<string> => {
    const TableName = `table-${(tables += 1)}`;
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: hash, KeyType: 'HASH' },
          ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
        ],
        AttributeDefinitions: [
          { AttributeName: hash, AttributeType: 'S' },
          ...(range === undefined ? [] : [{ AttributeName: range, AttributeType: 'N' as const }]),
        ],
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.05 }, { TableName });
    return TableName;
  };
  return {
    client,
    port,
    createLogTable: () => create('slotKey'),
    createResultTable: () => create('key', 'windowStartMs'),
    close: async () => {
      client.destroy();
      await stop();
    },
  };
}

/** A client for an emulator on this port. */
export function testClient(port: number, settings: { readonly requestTimeoutMs?: number } = {}): DynamoDBClient {
  return dynamoDbClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    ...settings,
  });
}
