import { afterAll, beforeAll } from '@jest/globals';
import { startDynalite, type TestDynamoDb } from '../support/dynalite.ts';
import { dynamoDbRules } from './dynamodb-rules.contract.ts';

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startDynalite();
});

afterAll(() => dynamoDb.close());

dynamoDbRules('the emulator', () => dynamoDb);
