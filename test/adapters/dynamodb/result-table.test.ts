import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readResults } from '../../../adapters/dynamodb/read-results.ts';
import { ResultTableSink } from '../../../adapters/dynamodb/result-table.ts';
import { RowsRefused } from '../../../engine/rows-refused.ts';
import { collect } from '../../support/collect.ts';
import { startTestDynamoDb, testClient } from '../../support/test-dynamodb.ts';
import type { TestDynamoDb } from '../../support/test-dynamodb.ts';
import { RecordingClock } from '../../support/recording-clock.ts';
import { sampleDelivery, sampleRow } from '../../support/samples.ts';
import { dynamoDbError, startScriptedServer } from '../../support/scripted-server.ts';
import type { ScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer;
let scripted: DynamoDBClient;
let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  server = await startScriptedServer();
  scripted = testClient(server.port);
  dynamoDb = await startTestDynamoDb();
});

afterAll(async () => {
  scripted.destroy();
  await Promise.all([server.close(), dynamoDb.close()]);
});

const oneRow = sampleDelivery({ results: [sampleRow('ATL', 0, 1)] });

describe('ResultTableSink that puts row by row', () => {
  it('repeats a put that may have been executed, with a wait in between', async () => {
    const clock = new RecordingClock();
    server.script(
      'cut',
      { status: 400, body: dynamoDbError('ThrottlingException') },
      { status: 200, body: { ConsumedCapacity: { CapacityUnits: 2 } } },
    );
    expect(
      await new ResultTableSink({ client: scripted, table: 'results', writes: 'one by one', clock }).deliver(oneRow),
    ).toEqual({
      rows: 1,
      writeUnits: 2,
    });
    expect(clock.slept).toHaveLength(2);
  });

  it('gives up as unavailable after a bounded number of tries', async () => {
    server.script({ status: 500, body: dynamoDbError('InternalServerError') });
    const sink = new ResultTableSink({
      client: scripted,
      table: 'results',
      writes: 'one by one',
      clock: new RecordingClock(),
    });
    await expect(sink.deliver(oneRow)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'SINK_UNAVAILABLE',
      context: { sink: 'resultTable', windowStartMs: 0 },
    });
    expect(server.requests).toHaveLength(8);
  });

  it('does not repeat what will never be taken, and does not show the row', async () => {
    server.script({ status: 400, body: dynamoDbError('ValidationException') });
    const sink = new ResultTableSink({
      client: scripted,
      table: 'results',
      writes: 'one by one',
      clock: new RecordingClock(),
    });
    await expect(sink.deliver(oneRow)).rejects.toMatchObject({
      kind: 'internal',
      code: 'SINK_REFUSED',
      message: expect.not.stringContaining('ATL'),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('stores the good rows around one that DynamoDB refuses for its size, and names that one', async () => {
    const client = testClient(server.port);
    client.middlewareStack.add(
      (next) => async (args) => {
        if (!JSON.stringify(args.input).includes('huge')) return next(args);
        const text = 'Item size has exceeded the maximum allowed size';
        throw Object.assign(new Error(text), { name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
      },
      { step: 'initialize' },
    );
    server.script({ status: 200 });
    const rows = [
      sampleRow('ATL', 0, 1),
      sampleRow('BOS', 0, 2, { huge: 1 }),
      sampleRow('BOS', 0, 1),
      sampleRow('DEN', 0, 1),
    ];
    const error: unknown = await new ResultTableSink({ client, table: 'results', writes: 'one by one', concurrency: 1 })
      .deliver(sampleDelivery({ results: rows }))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.not.stringContaining('BOS'),
      receipt: { rows: 3 },
    });
    expect((error as RowsRefused).rows.map(({ row }) => row)).toEqual([rows[1]]);
    client.destroy();
  });

  it.each(['AccessDeniedException', 'ResourceNotFoundException', 'ValidationException'])(
    'names no row where a refusal may concern every row: %s',
    async (name) => {
      server.script({ status: 400, body: dynamoDbError(name) });
      const sink = new ResultTableSink({
        client: scripted,
        table: 'results',
        writes: 'one by one',
        clock: new RecordingClock(),
      });
      await expect(sink.deliver(oneRow)).rejects.not.toBeInstanceOf(RowsRefused);
    },
  );

  it('counts the write units of a superseded revision, but not its row', async () => {
    server.script({ status: 400, body: dynamoDbError('ConditionalCheckFailedException') });
    const large = sampleDelivery({ results: [sampleRow('ATL', 0, 1, { text: 'x'.repeat(3_000) })] });
    expect(
      await new ResultTableSink({ client: scripted, table: 'results', writes: 'one by one' }).deliver(large),
    ).toEqual({
      rows: 0,
      writeUnits: 3,
    });
  });

  it('sends only the newest of several firings of a window in one commit (PL-17)', async () => {
    server.script({ status: 200 });
    await new ResultTableSink({ client: scripted, table: 'results', writes: 'one by one' }).deliver(
      sampleDelivery({ results: [1, 3, 2].map((revision) => sampleRow('ATL', 0, revision)) }),
    );
    expect(
      server.requests.map(({ body }) => (JSON.parse(body) as { Item: { revision: unknown } }).Item.revision),
    ).toEqual([{ N: '3' }]);
  });

  it('has at most so many puts under way as it is told', async () => {
    let underWay = 0;
    let most = 0;
    const client = testClient(server.port);
    client.middlewareStack.add(
      (next) => async (args) => {
        most = Math.max(most, (underWay += 1));
        return next(args).finally(() => (underWay -= 1));
      },
      { step: 'initialize' },
    );
    server.script({ status: 200 });
    const rows = Array.from({ length: 40 }, (_, i) => sampleRow('ATL', i * 10, 1));
    expect(
      await new ResultTableSink({ client, table: 'results', writes: 'one by one', concurrency: 5 }).deliver(
        sampleDelivery({ results: rows }),
      ),
    ).toMatchObject({ rows: 40 });
    expect(most).toBe(5);
    client.destroy();
  });

  it.each([0, 1.5, 1_001])('refuses %p as concurrency', (concurrency) => {
    expect(() => new ResultTableSink({ client: scripted, table: 'results', concurrency })).toThrow(
      /^concurrency must be an integer in \[1, 1000\], got /,
    );
  });

  it.each([
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [5e-324, '5e-324'],
    [1e126, '1e+126'],
    [9.9e-131, '9.9e-131'],
    [1e-130, 1e-130],
    [9.9999999999999e125, 9.9999999999999e125],
  ])('stores %p, text when DynamoDB has no such number', async (value, read) => {
    const table = await dynamoDb.createResultTable();
    await new ResultTableSink({ client: dynamoDb.client, table }).deliver(
      sampleDelivery({ results: [sampleRow('ATL', 0, 1, { value })] }),
    );
    expect(await collect(readResults(dynamoDb.client, table))).toEqual([sampleRow('ATL', 0, 1, { value: read })]);
  });
});

describe('readResults', () => {
  it('reads page after page, of the whole table or of one key in order of time', async () => {
    const { client } = dynamoDb;
    const table = await dynamoDb.createResultTable();
    const text = 'x'.repeat(100_000);
    const rows = ['ATL', 'BOS'].flatMap((key) =>
      Array.from({ length: 12 }, (_, i) => sampleRow(key, i * 10, 1, { text })),
    );
    await new ResultTableSink({ client, table }).deliver(sampleDelivery({ results: rows }));
    expect(await collect(readResults(client, table))).toHaveLength(24);
    expect(await collect(readResults(client, table, { key: 'BOS' }))).toEqual(rows.slice(12));
    expect(await collect(readResults(client, table, { key: 'none' }))).toEqual([]);
  });

  it('says which table is missing', async () => {
    await expect(collect(readResults(dynamoDb.client, 'nowhere'))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'RESULTS_REFUSED',
      message: expect.stringContaining('table nowhere'),
    });
  });
});
