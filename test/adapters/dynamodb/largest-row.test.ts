import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readResults } from '../../../adapters/dynamodb/read-results.ts';
import { ResultTableSink } from '../../../adapters/dynamodb/result-table.ts';
import { RowCheck } from '../../../engine/value/emitted.ts';
import { MAX_LEVELS } from '../../../engine/value/limits.ts';
import { collect } from '../../support/collect.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/test-dynamodb.ts';
import { sampleDelivery, sampleRow } from '../../support/samples.ts';

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startTestDynamoDb();
});

afterAll(() => dynamoDb.close());

it('stores the deepest and the largest row that an operator may emit', async () => {
  const { client } = dynamoDb;
  const table = await dynamoDb.createResultTable();
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { d: deep(levels - 1) });
  const check = new RowCheck([{ name: 'v', type: 'json', descriptor: '' }]);
  const values = [
    deep(MAX_LEVELS),
    'x'.repeat(405_000),
    Array.from({ length: 135_000 }, () => true),
    { __proto__: null, '': undefined },
  ];
  const results = values.map((v, i) => check.checked(sampleRow('k'.repeat(2_048), i, 1, { v })));
  expect(await new ResultTableSink({ client, table }).deliver(sampleDelivery({ results }))).toMatchObject({
    rows: values.length,
  });
  expect((await collect(readResults(client, table))).map((row) => row.values)).toEqual(
    results.map((row) => row.values),
  );
});
