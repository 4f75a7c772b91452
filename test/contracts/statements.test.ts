import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BatchExecuteStatementCommand } from '@aws-sdk/client-dynamodb';
import { startTestDynamoDb, type TestDynamoDb } from '../support/test-dynamodb.ts';
import { statementRules } from './statements.contract.ts';

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startTestDynamoDb();
});

afterAll(() => dynamoDb.close());

statementRules('the emulator', () => dynamoDb);

it('refuses a call with two statements for one item, lest a test pass that has them', async () => {
  const table = await dynamoDb.createResultTable();
  const Parameters = [{ S: 'k' }, { N: '0' }];
  const Statement = `INSERT INTO "${table}" VALUE {'key': ?, 'windowStartMs': ?}`;
  const command = new BatchExecuteStatementCommand({
    Statements: [
      { Statement, Parameters },
      { Statement, Parameters },
    ],
  });
  await expect(dynamoDb.client.send(command)).rejects.toMatchObject({ name: 'ValidationException' });
});
