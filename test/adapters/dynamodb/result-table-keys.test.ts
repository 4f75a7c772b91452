import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readResults } from '../../../adapters/dynamodb/read-results.ts';
import { ResultTableSink } from '../../../adapters/dynamodb/result-table.ts';
import { LakeSink } from '../../../adapters/lake/lake-sink.ts';
import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { processBatch } from '../../../engine/process-batch.ts';
import { ensureTables, requireResultTable, resultsTableName } from '../../../local/aws/tables.ts';
import { collect } from '../../support/collect.ts';
import { startTestDynamoDb, testClient } from '../../support/test-dynamodb.ts';
import type { TestDynamoDb } from '../../support/test-dynamodb.ts';
import { RecordingClock } from '../../support/recording-clock.ts';
import { sampleDelivery, sampleRow, SHARD } from '../../support/samples.ts';
import { dynamoDbError, startScriptedServer } from '../../support/scripted-server.ts';
import type { ScriptedServer } from '../../support/scripted-server.ts';
import { reading } from '../../engine/support/readings.ts';
import { World } from '../../engine/support/world.ts';

let dynamoDb: TestDynamoDb;
let server: ScriptedServer;
let scripted: DynamoDBClient;

beforeAll(async () => {
  dynamoDb = await startTestDynamoDb();
  server = await startScriptedServer();
  scripted = testClient(server.port);
  for (const identity of ['window', 'sequence'] as const)
    await ensureTables(dynamoDb.client, { name: identity, results: { identity } });
});

afterAll(async () => {
  scripted.destroy();
  await Promise.all([server.close(), dynamoDb.close()]);
});

const sinkOf = (table: string, identity: 'window' | 'sequence') =>
  new ResultTableSink({
    client: dynamoDb.client,
    table: resultsTableName(table),
    takenOver: { identity, pipeline: 'orders' },
  });

describe('a table of results that is taken over', () => {
  it.each([
    [
      'window',
      'sequence',
      'keys of table tidemark-window-results must be key (S), sequence (N) for numbered results, got key (S), windowStartMs (N); name another table in retained.orders.resultsTable, or leave it out for a new one',
    ],
    [
      'sequence',
      'window',
      'keys of table tidemark-sequence-results must be key (S), windowStartMs (N) for results of windows, got key (S), sequence (N); name another table in retained.orders.resultsTable, or leave it out for a new one',
    ],
  ] as const)('by %s is refused for results by %s', async (table, identity, message) => {
    await expect(sinkOf(table, identity).open()).rejects.toMatchObject({
      kind: 'invalid',
      code: 'RESULT_TABLE_KEYS',
      message,
    });
  });

  it('takes results that it has the keys for', async () => {
    const sink = sinkOf('window', 'window');
    await sink.open();
    expect(await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1)] }))).toMatchObject({ rows: 1 });
    expect(await collect(readResults(dynamoDb.client, resultsTableName('window')))).toHaveLength(1);
  });

  it('is refused before anything is committed, though no result is due', async () => {
    const world = new World();
    const { processor } = world.instance();
    const sinks = [new LakeSink({ blobs: new MemoryBlobStore(world.clock), pipeline: 'orders', results: 'none' })];
    const batch = { partition: SHARD, records: [reading(1, 'a', 5)] };
    await expect(
      processBatch({ ...processor, sinks: [...sinks, sinkOf('sequence', 'window')] }, batch),
    ).rejects.toMatchObject({ code: 'RESULT_TABLE_KEYS' });
    expect(await world.entries()).toEqual([]);
  });

  it('is looked at once, and again where it did not answer', async () => {
    const clock = new RecordingClock();
    const takenOver = { identity: 'window', pipeline: 'orders' } as const;
    const sink = new ResultTableSink({ client: scripted, table: 'results', takenOver, clock });
    server.script({ status: 500, body: dynamoDbError('InternalServerError') });
    await expect(sink.open()).rejects.toMatchObject({ kind: 'unavailable', code: 'SINK_UNAVAILABLE' });
    const Table = {
      KeySchema: [
        { AttributeName: 'windowStartMs', KeyType: 'RANGE' },
        { AttributeName: 'key', KeyType: 'HASH' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'windowStartMs', AttributeType: 'N' },
        { AttributeName: 'key', AttributeType: 'S' },
      ],
    };
    server.script({ status: 200, body: { Table } }, { status: 400, body: dynamoDbError('ValidationException') });
    await sink.open();
    await expect(sink.open()).resolves.toBeUndefined();
  });

  it('is written without a look by a role that may not look, which is told', async () => {
    const told: string[] = [];
    const takenOver = { identity: 'window', pipeline: 'orders' } as const;
    const sink = new ResultTableSink({
      client: scripted,
      table: 'results',
      takenOver,
      warn: (text) => told.push(text),
    });
    server.script({ status: 400, body: dynamoDbError('AccessDeniedException') });
    await sink.open();
    await sink.open();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^table results: its keys are not looked at: /);
  });

  it('says which table is missing', async () => {
    await expect(sinkOf('nowhere', 'window').open()).rejects.toMatchObject({ kind: 'invalid', code: 'SINK_REFUSED' });
  });
});

describe('a table of results that an earlier local run has made', () => {
  it('is refused for results that are told apart otherwise', async () => {
    const old = { name: 'window', results: { identity: 'sequence' } } as const;
    await expect(requireResultTable(dynamoDb.client, old)).rejects.toThrow(
      'got key (S), windowStartMs (N); go back to the old definition, or forget its data with --fresh',
    );
    await requireResultTable(dynamoDb.client, { name: 'window', results: { identity: 'window' } });
  });
});
