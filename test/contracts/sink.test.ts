import { afterAll, beforeAll } from '@jest/globals';
import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { ResultTableSink } from '../../adapters/dynamodb/result-table.ts';
import { MemorySink } from '../../adapters/memory/sink.ts';
import { collect } from '../support/collect.ts';
import { startDynalite } from '../support/dynalite.ts';
import type { TestDynamoDb } from '../support/dynalite.ts';
import { newestRevisionContract } from './sink.contract.ts';

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startDynalite();
});

afterAll(() => dynamoDb.close());

newestRevisionContract('MemorySink', async () => {
  const sink = new MemorySink();
  return { sink, results: async () => sink.results };
});

newestRevisionContract('ResultTableSink', async () => {
  const { client } = dynamoDb;
  const table = await dynamoDb.createResultTable();
  return { sink: new ResultTableSink({ client, table }), results: () => collect(readResults(client, table)) };
});
