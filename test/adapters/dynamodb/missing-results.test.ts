import { CreateTableCommand, waitUntilTableExists, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { missingResults } from '../../../adapters/dynamodb/missing-results.ts';
import { ResultTableSink } from '../../../adapters/dynamodb/result-table.ts';
import { startTestDynamoDb, testClient, type TestDynamoDb } from '../../support/test-dynamodb.ts';
import { sampleDelivery, sampleRow } from '../../support/samples.ts';
import { dynamoDbError, startScriptedServer, type ScriptedServer } from '../../support/scripted-server.ts';

let dynamoDb: TestDynamoDb;
let server: ScriptedServer;
let scripted: DynamoDBClient;

beforeAll(async () => {
  [dynamoDb, server] = await Promise.all([startTestDynamoDb(), startScriptedServer()]);
  scripted = testClient(server.port);
});

afterAll(async () => {
  scripted.destroy();
  await Promise.all([dynamoDb.close(), server.close()]);
});

describe('results that are looked for', () => {
  it('are there when the table has them or newer ones, and missing when it has older ones or none', async () => {
    const { client } = dynamoDb;
    const table = await dynamoDb.createResultTable();
    await new ResultTableSink({ client, table }).deliver(
      sampleDelivery({ results: [sampleRow('ATL', 0, 2), sampleRow('BOS', 0, 2)] }, 1, 5),
    );
    const row = (key: string, revision: number, logEpochMs?: number) => ({
      ...sampleRow(key, 0, revision),
      ...(logEpochMs === undefined ? {} : { logEpochMs }),
    });
    expect(
      await missingResults(client, table, [row('ATL', 2, 5), row('BOS', 1, 5), row('BOS', 9), row('BOS', 9, 4)]),
    ).toBe(0);
    expect(
      await missingResults(client, table, [row('ATL', 3, 5), row('ATL', 1, 6), row('ORD', 1), row('BOS', 2, 5)]),
    ).toBe(3);
    expect(await missingResults(client, table, [])).toBe(0);
  });

  it('are there when they were taken back', async () => {
    const { client } = dynamoDb;
    const table = await dynamoDb.createResultTable();
    const row = { ...sampleRow('ATL', 0, 1), retracted: true as const };
    await new ResultTableSink({ client, table }).deliver(sampleDelivery({ results: [row] }));
    expect(await missingResults(client, table, [row])).toBe(0);
  });

  it('are found by their number where they have no window', async () => {
    const { client } = dynamoDb;
    await client.send(
      new CreateTableCommand({
        TableName: 'numbered',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'key', KeyType: 'HASH' },
          { AttributeName: 'sequence', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'key', AttributeType: 'S' },
          { AttributeName: 'sequence', AttributeType: 'N' },
        ],
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.05 }, { TableName: 'numbered' });
    const rows = [7, 8].map((sequence) => ({ ...sampleRow('ATL', 0, 1), sequence }));
    await new ResultTableSink({ client, table: 'numbered' }).deliver(sampleDelivery({ results: rows.slice(0, 1) }));
    expect(await missingResults(client, 'numbered', rows)).toBe(1);
  });

  it('are all missing where the table is gone', async () => {
    expect(await missingResults(dynamoDb.client, 'nowhere', [sampleRow('ATL', 0, 1), sampleRow('BOS', 0, 1)])).toBe(2);
  });

  it.each(['AccessDeniedException', 'ValidationException'])(
    'are unknown where the table does not let anybody look: %s',
    async (name) => {
      server.script({ status: 400, body: dynamoDbError(name) });
      expect(await missingResults(scripted, 'results', [sampleRow('ATL', 0, 1)])).toBeUndefined();
    },
  );
});
