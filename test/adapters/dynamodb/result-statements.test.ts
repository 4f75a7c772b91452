import { ScanCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ResultTableSink } from '../../../adapters/dynamodb/result-table.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import { ensureTables, resultsTableName } from '../../../local/aws/tables.ts';
import { startTestDynamoDb, testClient, type TestDynamoDb } from '../../support/test-dynamodb.ts';
import { RecordingClock } from '../../support/recording-clock.ts';
import { sampleDelivery, sampleRow } from '../../support/samples.ts';
import { dynamoDbError, startScriptedServer, type Reply, type ScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer;
let scripted: DynamoDBClient;
let dynamoDb: TestDynamoDb;
/** Puts that were sent to DynamoDB. */
let puts = 0;

beforeAll(async () => {
  server = await startScriptedServer();
  scripted = testClient(server.port);
  dynamoDb = await startTestDynamoDb();
  dynamoDb.client.middlewareStack.add(
    (next, context) => (args) => {
      if (context['commandName'] === 'PutItemCommand') puts += 1;
      return next(args);
    },
    { step: 'initialize' },
  );
});

afterAll(async () => {
  scripted.destroy();
  await Promise.all([server.close(), dynamoDb.close()]);
});

interface BatchRequest {
  readonly Statements: ReadonlyArray<{ readonly Statement: string; readonly Parameters: readonly AttributeValue[] }>;
}

const operations = (): string[] =>
  server.requests.map(({ headers }) => String(headers['x-amz-target']).replace('DynamoDB_20120810.', ''));
const batches = (): BatchRequest[] =>
  server.requests.flatMap(({ headers, body }) =>
    String(headers['x-amz-target']).endsWith('BatchExecuteStatement') ? [JSON.parse(body) as BatchRequest] : [],
  );
const executed = (statements: number, units = 1): Reply => replied(Array<object>(statements).fill({}), units);
const replied = (responses: readonly object[], units = 1): Reply => ({
  status: 200,
  body: { Responses: responses, ConsumedCapacity: responses.map(() => ({ TableName: 't', CapacityUnits: units })) },
});
const failed = (code: string) => ({ Error: { Code: code, Message: `said ${code}` } });
const rowsOf = (length: number): ResultRow[] => Array.from({ length }, (_, i) => sampleRow(`key-${i}`, 0, 1));

function sinkOf(warnings: string[] = [], clock = new RecordingClock()): ResultTableSink {
  return new ResultTableSink({ client: scripted, table: 'results', clock, warn: (text) => warnings.push(text) });
}

describe('ResultTableSink that writes in statements', () => {
  it('sends 25 rows a call, and counts the write units that DynamoDB names', async () => {
    server.script(executed(25, 2), executed(25, 2), executed(10, 2));
    const sink = new ResultTableSink({ client: scripted, table: 'results', concurrency: 1 });
    expect(await sink.deliver(sampleDelivery({ results: rowsOf(60) }))).toEqual({ rows: 60, writeUnits: 120 });
    expect(operations()).toEqual(Array(3).fill('BatchExecuteStatement'));
    expect(batches().map(({ Statements }) => Statements.length)).toEqual([25, 25, 10]);
  });

  it('has no text of a row in a statement: names are quoted, values are parameters', async () => {
    server.script(executed(2));
    const text = `x' , "y": ?} -- "; DELETE FROM "results"`;
    await sinkOf().deliver(
      sampleDelivery(
        { results: [sampleRow(text, 0, 1, { [text]: text }), sampleRow(text, 10, 2, { [text]: text })] },
        1,
        5,
      ),
    );
    expect(batches()[0]?.Statements.map(({ Statement }) => Statement)).toEqual([
      `INSERT INTO "results" VALUE {'key': ?, 'windowStartMs': ?, 'windowEndMs': ?, 'revision': ?, 'logEpochMs': ?, 'values': ?}`,
      'UPDATE "results" SET "windowEndMs" = ? SET "revision" = ? SET "logEpochMs" = ? SET "values" = ? WHERE "key" = ? AND "windowStartMs" = ? AND "revision" < ? AND "logEpochMs" = ? AND "retracted" IS MISSING',
    ]);
  });

  it.each(['results" WHERE 1=1', 'arn:aws:dynamodb:eu-west-3:1:table/results'])(
    'puts into what cannot be named in a statement: %s',
    async (table) => {
      server.script({ status: 200 });
      await new ResultTableSink({ client: scripted, table })
        .deliver(sampleDelivery({ results: rowsOf(1) }))
        .catch(() => undefined);
      expect(batches()).toEqual([]);
    },
  );

  it('inserts the newest firing of a window whose first is in the same delivery', async () => {
    server.script(executed(2));
    const results = [sampleRow('ATL', 0, 1), sampleRow('ATL', 0, 3), sampleRow('BOS', 0, 2), sampleRow('ATL', 0, 2)];
    expect(await sinkOf().deliver(sampleDelivery({ results }))).toMatchObject({ rows: 2 });
    expect(batches()[0]?.Statements.map(({ Statement, Parameters }) => [Statement.slice(0, 6), Parameters])).toEqual([
      ['INSERT', expect.arrayContaining([{ S: 'ATL' }, { N: '3' }])],
      ['UPDATE', expect.arrayContaining([{ S: 'BOS' }, { N: '2' }])],
    ]);
  });

  it.each([
    'ConditionalCheckFailed',
    'DuplicateItem',
    'ValidationError',
    'ItemCollectionSizeLimitExceeded',
    'a new code',
  ])('puts a row whose statement is refused as %s, and no other', async (code) => {
    server.script(replied([{}, failed(code), {}]), { status: 200, body: { ConsumedCapacity: { CapacityUnits: 4 } } });
    const warnings: string[] = [];
    const results = rowsOf(3);
    expect(await sinkOf(warnings).deliver(sampleDelivery({ results }))).toEqual({ rows: 3, writeUnits: 7 });
    expect(operations()).toEqual(['BatchExecuteStatement', 'PutItem']);
    expect(JSON.parse(server.requests[1]?.body ?? '')).toMatchObject({ Item: { key: { S: 'key-1' } } });
    expect(warnings).toEqual([]);
  });

  it.each([
    'ProvisionedThroughputExceeded',
    'ThrottlingError',
    'RequestLimitExceeded',
    'InternalServerError',
    'TransactionConflict',
  ])('repeats by themselves, after a wait, statements that failed for now: %s', async (code) => {
    const clock = new RecordingClock();
    server.script(replied([{}, failed(code), {}, failed(code)]), replied([failed(code), {}]), executed(1));
    expect(await sinkOf([], clock).deliver(sampleDelivery({ results: rowsOf(4) }))).toMatchObject({ rows: 4 });
    expect(batches().map(({ Statements }) => Statements.map(({ Parameters: [key] }) => key?.S))).toEqual([
      ['key-0', 'key-1', 'key-2', 'key-3'],
      ['key-1', 'key-3'],
      ['key-1'],
    ]);
    expect(clock.slept).toHaveLength(2);
  });

  it.each<[string, Reply]>([
    ['throttled statements', replied([failed('ThrottlingError')])],
    ['errors of the service', { status: 500, body: dynamoDbError('InternalServerError') }],
    ['cut connections', 'cut'],
  ])('gives up as unavailable after a bounded number of tries: %s', async (_, reply) => {
    server.script(reply);
    await expect(sinkOf().deliver(sampleDelivery({ results: rowsOf(1) }))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'SINK_UNAVAILABLE',
      context: { sink: 'resultTable', windowStartMs: 0 },
    });
    expect(operations()).toEqual(Array(8).fill('BatchExecuteStatement'));
  });

  it('puts the rows of a call that is refused as a whole, and goes on with statements', async () => {
    server.script(
      { status: 400, body: dynamoDbError('ValidationException') },
      { status: 200 },
      { status: 200 },
      executed(2),
    );
    const warnings: string[] = [];
    const sink = sinkOf(warnings);
    expect(await sink.deliver(sampleDelivery({ results: rowsOf(2) }))).toMatchObject({ rows: 2 });
    expect(await sink.deliver(sampleDelivery({ results: rowsOf(2) }, 2))).toMatchObject({ rows: 2 });
    expect(operations()).toEqual(['BatchExecuteStatement', 'PutItem', 'PutItem', 'BatchExecuteStatement']);
    expect(warnings).toEqual([]);
  });

  it.each<[string, Reply]>([
    ['that does not know it', { status: 400, body: dynamoDbError('UnknownOperationException') }],
    ['that has not implemented it', { status: 501, body: 'not implemented' }],
    ['that does not accept its signature', { status: 400, body: dynamoDbError('InvalidSignatureException') }],
    ['that lets this caller put only', { status: 400, body: dynamoDbError('AccessDeniedException') }],
    ['that refuses each statement for want of rights', replied(Array<object>(3).fill(failed('AccessDenied')))],
    ['that answers with nothing', { status: 200, body: {} }],
    ['that answers for fewer statements than it was sent', replied([{}, {}])],
  ])('asks a service %s once, says so once, and puts', async (_, reply) => {
    server.script(reply, { status: 200 });
    const warnings: string[] = [];
    const sink = sinkOf(warnings);
    expect(await sink.deliver(sampleDelivery({ results: rowsOf(3) }))).toMatchObject({ rows: 3 });
    expect(await sink.deliver(sampleDelivery({ results: rowsOf(3) }, 2))).toMatchObject({ rows: 3 });
    expect(operations()).toEqual(['BatchExecuteStatement', ...Array<string>(6).fill('PutItem')]);
    expect(warnings).toEqual([
      expect.stringMatching(/^table results: BatchExecuteStatement was refused \(.*one by one/),
    ]);
  });

  it('puts a row that is longer than a call may be, and sends the others in calls that are not', async () => {
    server.script({ status: 200, body: { Responses: [{}, {}] } });
    const long = (key: string, length: number): ResultRow => sampleRow(key, 0, 1, { text: 'x'.repeat(length) });
    const results = [
      long('a', 100_000),
      long('b', 300_000),
      long('c', 100_000),
      long('d', 100_000),
      long('e', 100_000),
    ];
    await new ResultTableSink({ client: scripted, table: 'results', concurrency: 1 }).deliver(
      sampleDelivery({ results }),
    );
    expect(operations()).toEqual(['BatchExecuteStatement', 'BatchExecuteStatement', 'PutItem']);
    expect(batches().map(({ Statements }) => Statements.length)).toEqual([2, 2]);
  });

  it('has a quarter as many calls under way at once as puts', async () => {
    let underWay = 0;
    let most = 0;
    const client = testClient(dynamoDb.port);
    const { requestHandler } = client.config;
    const handle = requestHandler.handle.bind(requestHandler);
    requestHandler.handle = async (...args: Parameters<typeof handle>) => {
      most = Math.max(most, (underWay += 1));
      return handle(...args).finally(() => (underWay -= 1));
    };
    const table = await dynamoDb.createResultTable();
    const sink = new ResultTableSink({ client, table, concurrency: 12 });
    expect(await sink.deliver(sampleDelivery({ results: rowsOf(200) }))).toMatchObject({ rows: 200 });
    expect(most).toBe(3);
    client.destroy();
  });

  it('needs no put for first firings and their revisions, of windows and of numbered results', async () => {
    const table = await dynamoDb.createResultTable();
    const sink = new ResultTableSink({ client: dynamoDb.client, table });
    puts = 0;
    for (const revision of [1, 2, 3])
      await sink.deliver(
        sampleDelivery({ results: [sampleRow('ATL', 0, revision), sampleRow('BOS', 0, revision)] }, revision, 5),
      );
    expect(puts).toBe(0);
    expect((await itemsOf(table)).map(({ revision }) => revision)).toEqual([{ N: '3' }, { N: '3' }]);
  });

  it.each(['window', 'sequence'] as const)(
    'leaves in the table what puts leave there, whatever is delivered: results told apart by %s',
    async (identity) => {
      let tables = 0;
      const row = fc.record({
        key: fc.constantFrom('ATL', 'BOS'),
        place: fc.constantFrom(0, 10),
        revision: fc.integer({ min: 1, max: 4 }),
        isRetracted: fc.boolean(),
      });
      const delivery = fc.record({ epochMs: fc.constantFrom(0, 10, 20), rows: fc.array(row, { maxLength: 5 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(delivery, { maxLength: 5 }), async (deliveries) => {
          const receipts: unknown[] = [];
          const items: unknown[] = [];
          for (const writes of ['batched', 'one by one'] as const) {
            const pipeline = `${identity}-${(tables += 1)}`;
            await ensureTables(dynamoDb.client, { name: pipeline, results: { identity } });
            const table = resultsTableName(pipeline);
            const sink = new ResultTableSink({ client: dynamoDb.client, table, writes });
            const rows: number[] = [];
            for (const { epochMs, rows: drawn } of [...deliveries, ...deliveries]) {
              const results = drawn.map(({ key, place, revision, isRetracted }) => ({
                ...sampleRow(key, place, revision),
                ...(identity === 'sequence' ? { sequence: place, windowStartMs: revision } : {}),
                ...(isRetracted && revision > 1 ? { retracted: true as const } : {}),
              }));
              rows.push((await sink.deliver(sampleDelivery({ results }, 1, epochMs))).rows);
            }
            receipts.push(rows);
            items.push(await itemsOf(table));
          }
          expect(receipts[0]).toEqual(receipts[1]);
          expect(items[0]).toEqual(items[1]);
        }),
        { numRuns: 30 },
      );
    },
  );
});

async function itemsOf(table: string): Promise<Array<Record<string, AttributeValue>>> {
  const { Items = [] } = await dynamoDb.client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  const order = (item: unknown): string => JSON.stringify(Object.entries(item as object).sort());
  return Items.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
