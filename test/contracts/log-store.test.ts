import { afterAll, beforeAll } from '@jest/globals';
import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { MemoryLogStore } from '../../adapters/memory/log-store.ts';
import { startDynalite } from '../support/dynalite.ts';
import type { TestDynamoDb } from '../support/dynalite.ts';
import { logStoreContract } from './log-store.contract.ts';

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startDynalite();
});

afterAll(() => dynamoDb.close());

logStoreContract('MemoryLogStore', async () => new MemoryLogStore());
logStoreContract(
  'DynamoDbLogStore',
  async () => new DynamoDbLogStore({ client: dynamoDb.client, table: await dynamoDb.createLogTable() }),
);
