import { afterAll, beforeAll, describe } from '@jest/globals';
import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { ResultTableSink } from '../../adapters/dynamodb/result-table.ts';
import { MemorySink } from '../../adapters/memory/sink.ts';
import { collect } from '../support/collect.ts';
import { startTestDynamoDb } from '../support/test-dynamodb.ts';
import type { TestDynamoDb } from '../support/test-dynamodb.ts';
import { newestRevisionContract } from './sink.contract.ts';

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startTestDynamoDb();
});

afterAll(() => dynamoDb.close());

newestRevisionContract('MemorySink', async () => {
  const sink = new MemorySink();
  return { sink, results: async () => sink.results };
});

describe.each(['batched', 'one by one'] as const)('writes %s', (writes) => {
  newestRevisionContract('ResultTableSink', async () => {
    const { client } = dynamoDb;
    const table = await dynamoDb.createResultTable();
    const sink = new ResultTableSink({ client, table, writes, warn: unexpected });
    return { sink, results: () => collect(readResults(client, table)) };
  });
});

/** A sink that falls back to puts would show nothing of statements. */
function unexpected(text: string): void {
  throw new Error(text);
}
