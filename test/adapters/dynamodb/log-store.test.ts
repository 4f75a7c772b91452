import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toLogItem } from '../../../adapters/dynamodb/log-item.ts';
import { DynamoDbLogStore } from '../../../adapters/dynamodb/log-store.ts';
import { startTestDynamoDb, testClient } from '../../support/test-dynamodb.ts';
import { RecordingClock } from '../../support/recording-clock.ts';
import { sampleEntry } from '../../support/samples.ts';
import { dynamoDbError, startScriptedServer } from '../../support/scripted-server.ts';
import type { ScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer;
let clock: RecordingClock;
let client: DynamoDBClient;

beforeAll(async () => {
  server = await startScriptedServer();
  client = testClient(server.port, { requestTimeoutMs: 200 });
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

function openStore(): DynamoDbLogStore {
  clock = new RecordingClock();
  return new DynamoDbLogStore({ client, table: 'log', clock });
}

/** An item as DynamoDB's JSON has it: bytes in base64. */
function onTheWire(slot: number): Record<string, unknown> {
  const item = toLogItem('log', slot, sampleEntry(slot));
  return Object.fromEntries(
    Object.entries(item).map(([name, { B, ...rest }]) => [
      name,
      B === undefined ? rest : { B: Buffer.from(B).toString('base64') },
    ]),
  );
}

const target = (index: number): string => String(server.requests[index]?.headers['x-amz-target']).replace(/.*\./, '');

describe('DynamoDbLogStore.put', () => {
  it('sends one conditional put that asks for the item in its way and for the capacity', async () => {
    server.script({ status: 200, body: { ConsumedCapacity: { TableName: 'log', CapacityUnits: 7 } } });
    expect(await openStore().put('log', 1, sampleEntry(9), 8)).toEqual({ kind: 'stored', writeUnits: 7 });
    expect(server.requests).toHaveLength(1);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      TableName: 'log',
      Item: { slotKey: { S: 'log#1' }, version: { N: '9' } },
      ConditionExpression: '#version = :expected',
      ExpressionAttributeValues: { ':expected': { N: '8' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ReturnConsumedCapacity: 'TOTAL',
    });
  });

  it('takes what the slot holds from the refusal itself', async () => {
    server.script({ status: 400, body: dynamoDbError('ConditionalCheckFailedException', { Item: onTheWire(3) }) });
    expect(await openStore().put('log', 3, sampleEntry(3, { commitId: 'other' }), undefined)).toEqual({
      kind: 'conflict',
      found: sampleEntry(3),
      writeUnits: 2,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('reads the slot, strongly consistent, when the refusal does not say what it holds', async () => {
    server.script(
      { status: 400, body: dynamoDbError('ConditionalCheckFailedException') },
      { status: 200, body: { Item: onTheWire(3) } },
    );
    expect(await openStore().put('log', 3, sampleEntry(3), undefined)).toMatchObject({
      kind: 'conflict',
      found: sampleEntry(3),
    });
    expect(target(1)).toBe('GetItem');
    expect(JSON.parse(server.requests[1]?.body ?? '')).toMatchObject({ ConsistentRead: true });
  });

  it('claims no outcome when that read fails', async () => {
    server.script(
      { status: 400, body: dynamoDbError('ConditionalCheckFailedException') },
      { status: 500, body: dynamoDbError('InternalServerError') },
    );
    await expect(openStore().put('log', 3, sampleEntry(3), undefined)).rejects.toMatchObject({
      code: 'LOG_UNAVAILABLE',
    });
  });

  it.each([
    ['a cut connection', 'cut'],
    ['no reply in time', 'silence'],
    ['an internal error', { status: 500, body: dynamoDbError('InternalServerError') }],
    ['a gateway in between', { status: 503, body: '<html>Service Unavailable</html>' }],
    ['a garbled reply', { status: 200, body: '{"Consumed' }],
    ['throttling of the table', { status: 400, body: dynamoDbError('ProvisionedThroughputExceededException') }],
    ['throttling of the account', { status: 400, body: dynamoDbError('RequestLimitExceeded') }],
    ['throttling of the caller', { status: 400, body: dynamoDbError('ThrottlingException') }],
    ['credentials about to be renewed', { status: 400, body: dynamoDbError('ExpiredTokenException') }],
  ] as const)('after %s the outcome is unknown, and the request was sent once (PL-5)', async (_what, reply) => {
    server.script(reply);
    await expect(openStore().put('log', 1, sampleEntry(1), undefined)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'LOG_UNAVAILABLE',
      cause: expect.anything(),
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [
      'ResourceNotFoundException',
      'invalid',
      /^table log must accept .* write slot 1 of log, got ResourceNotFoundException.*; deploy it, or correct its name$/,
    ],
    ['AccessDeniedException', 'invalid', /grant the call to the role of this function$/],
    ['ValidationException', 'internal', /got ValidationException/],
  ])('says clearly that %s will not go away', async (name, kind, text) => {
    server.script({ status: 400, body: dynamoDbError(name) });
    await expect(openStore().put('log', 1, sampleEntry(1), undefined)).rejects.toMatchObject({
      kind,
      code: 'LOG_REFUSED',
      message: expect.stringMatching(text),
    });
  });

  it('refuses a client that repeats requests by itself', async () => {
    const repeating = new DynamoDBClient({ region: 'us-east-1', maxAttempts: 3 });
    const store = new DynamoDbLogStore({ client: repeating, table: 'log' });
    await expect(store.put('log', 1, sampleEntry(1), undefined)).rejects.toMatchObject({
      kind: 'invalid',
      message: 'maxAttempts must be 1, got 3; make the client with dynamoDbClient()',
    });
    repeating.destroy();
  });
});

describe('DynamoDbLogStore.read', () => {
  const unprocessed = (...slots: number[]) => ({
    log: { ConsistentRead: true, Keys: slots.map((slot) => ({ slotKey: { S: `log#${slot}` } })) },
  });

  it('asks again for the keys that were left unprocessed, without a wait while it gets on', async () => {
    server.script(
      { status: 200, body: { Responses: { log: [onTheWire(1)] }, UnprocessedKeys: unprocessed(2) } },
      { status: 200, body: { Responses: { log: [onTheWire(2)] }, UnprocessedKeys: {} } },
    );
    expect(await openStore().read('log', [1, 2])).toEqual([sampleEntry(1), sampleEntry(2)]);
    expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual({
      RequestItems: { log: { ConsistentRead: true, Keys: [{ slotKey: { S: 'log#2' } }] } },
    });
    expect(clock.slept).toEqual([]);
  });

  it('waits longer and longer while nothing comes, then gives up as unavailable', async () => {
    server.script({ status: 200, body: { Responses: { log: [] }, UnprocessedKeys: unprocessed(1, 2) } });
    await expect(openStore().read('log', [1, 2])).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'LOG_UNAVAILABLE',
      message: 'could not read 2 slots of log: left unprocessed in 8 tries',
    });
    expect(server.requests).toHaveLength(8);
    expect(clock.slept).toHaveLength(7);
    clock.slept.forEach((ms, i) => {
      expect(ms).toBeGreaterThanOrEqual(Math.min(1_000, 20 * 2 ** i) / 2);
      expect(ms).toBeLessThanOrEqual(Math.min(1_000, 20 * 2 ** i));
    });
  });

  it('reads eventually consistent, at half the price, where that is enough', async () => {
    server.script({ status: 200, body: { Responses: { log: [onTheWire(1)] }, UnprocessedKeys: {} } });
    expect(await openStore().read('log', [1], 'eventual')).toEqual([sampleEntry(1)]);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      RequestItems: { log: { ConsistentRead: false, Keys: [{ slotKey: { S: 'log#1' } }] } },
    });
  });

  it('repeats a read that failed', async () => {
    server.script('cut', { status: 500 }, { status: 200, body: { Responses: { log: [onTheWire(1)] } } });
    expect(await openStore().read('log', [1])).toEqual([sampleEntry(1)]);
    expect(clock.slept).toHaveLength(2);
  });

  it('does not repeat a read that is refused', async () => {
    server.script({ status: 400, body: dynamoDbError('AccessDeniedException') });
    await expect(openStore().read('log', [1])).rejects.toMatchObject({ kind: 'invalid', code: 'LOG_REFUSED' });
    expect(server.requests).toHaveLength(1);
  });

  it('halts on an item that it did not write', async () => {
    const { reached: _reached, ...torn } = onTheWire(1);
    server.script({ status: 200, body: { Responses: { log: [torn] } } });
    await expect(openStore().read('log', [1])).rejects.toMatchObject({
      kind: 'internal',
      code: 'LOG_CORRUPT',
      message:
        'attribute reached of slot log#1 must be a string, got nothing; the log table holds an item that Tidemark did not write',
    });
  });

  it.each([
    ['reached', { S: '' }],
    ['from', { S: '0x10' }],
    ['version', { S: '1' }],
    ['counters', { L: [{ N: '1' }] }],
    ['delta', { S: 'x' }],
  ])('halts when %s is %j', async (name, value) => {
    server.script({ status: 200, body: { Responses: { log: [{ ...onTheWire(1), [name]: value }] } } });
    await expect(openStore().read('log', [1])).rejects.toMatchObject({ kind: 'internal', code: 'LOG_CORRUPT' });
  });

  it('reads slots of more than one reply in size', async () => {
    const dynamoDb = await startTestDynamoDb();
    const store = new DynamoDbLogStore({ client: dynamoDb.client, table: await dynamoDb.createLogTable() });
    const entries = [1, 2, 3, 4, 5].map((version) =>
      sampleEntry(version, { delta: { inline: new Uint8Array(350 * 1024).fill(version) } }),
    );
    for (const entry of entries) await store.put('log', entry.version, entry, undefined);
    const read = await store.read('log', [1, 2, 3, 4, 5]);
    expect(read.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
    await dynamoDb.close();
  });
});
