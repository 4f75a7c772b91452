import { afterAll, beforeAll } from '@jest/globals';
import { startTestDynamoDb, type TestDynamoDb } from '../support/test-dynamodb.ts';
import { itemRules } from './dynamodb-items.contract.ts';
import { dynamoDbRules } from './dynamodb-rules.contract.ts';
import { severalItemsRules } from './dynamodb-several-items.contract.ts';

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startTestDynamoDb();
});

afterAll(() => dynamoDb.close());

dynamoDbRules('the emulator', () => dynamoDb);

itemRules('the emulator', () => dynamoDb);

severalItemsRules('the emulator', () => dynamoDb);
