import { afterAll, beforeAll } from '@jest/globals';
import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { MemoryLogStore } from '../../adapters/memory/log-store.ts';
import { startTestDynamoDb } from '../support/test-dynamodb.ts';
import type { TestDynamoDb } from '../support/test-dynamodb.ts';
import { logStoreContract } from './log-store.contract.ts';

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startTestDynamoDb();
});

afterAll(() => dynamoDb.close());

logStoreContract('MemoryLogStore', async () => new MemoryLogStore());
logStoreContract(
  'DynamoDbLogStore',
  async () => new DynamoDbLogStore({ client: dynamoDb.client, table: await dynamoDb.createLogTable() }),
);
