import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDbLogStore } from '../../../adapters/dynamodb/log-store.ts';
import { readResults } from '../../../adapters/dynamodb/read-results.ts';
import { ResultTableSink } from '../../../adapters/dynamodb/result-table.ts';
import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { MemoryShards } from '../../../adapters/memory/shards.ts';
import { SYSTEM_CLOCK } from '../../../adapters/shared/system-clock.ts';
import { SYSTEM_RANDOM } from '../../../adapters/shared/system-random.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { PartitionLogs } from '../../../engine/partition-log/partition-logs.ts';
import { readHead } from '../../../engine/partition-log/read-log.ts';
import { reading, topologyOf } from '../../engine/support/readings.ts';
import { Instance } from '../../engine/support/world.ts';
import { collect } from '../../support/collect.ts';
import { startTestDynamoDb, testClient, type TestDynamoDb } from '../../support/test-dynamodb.ts';
import { SHARD } from '../../support/samples.ts';

const SLOTS = 8;
const topology = topologyOf();

/** The commit (PL-1 to PL-7) over a DynamoDB API that gives the item in the way of a failed condition. */
describe('the commit over DynamoDB', () => {
  let started: TestDynamoDb;
  const dynamoDb = () => started;
  beforeAll(async () => {
    started = await startTestDynamoDb();
  });
  afterAll(() => started.close());

  let tables: { readonly log: string; readonly results: string };
  let blobs: MemoryBlobStore;
  beforeEach(async () => {
    tables = { log: await dynamoDb().createLogTable(), results: await dynamoDb().createResultTable() };
    blobs = new MemoryBlobStore();
  });

  const instance = (client = dynamoDb().client): Instance => {
    const logs = new DynamoDbLogStore({ client, table: tables.log });
    const settings = {
      topology,
      logs,
      blobs,
      clock: SYSTEM_CLOCK,
      random: SYSTEM_RANDOM,
      slots: SLOTS,
      inlineLimitBytes: 32_768,
    };
    const sinks = [new ResultTableSink({ client: dynamoDb().client, table: tables.results })];
    return new Instance({ topology, logs: new PartitionLogs(settings, 1_000_000), sinks, shards: new MemoryShards() });
  };
  const head = () =>
    readHead(
      new DynamoDbLogStore({ client: dynamoDb().client, table: tables.log }),
      SYSTEM_CLOCK,
      logIdOf(SHARD),
      SLOTS,
    );
  const results = async (): Promise<ResultRow[]> =>
    (await collect(readResults(dynamoDb().client, tables.results))).sort((a, b) => a.windowStartMs - b.windowStartMs);

  it('learns from the refusal itself who has the slot: nothing is read (PL-5)', async () => {
    const winner = instance();
    const calls: string[] = [];
    const client = withMiddleware(dynamoDb(), async (command, next) => {
      calls.push(command);
      return next();
    });
    const loser = instance(client);
    await loser.process(reading(1, 'a', 0));
    await winner.process(reading(1, 'a', 0), reading(2, 'a', 1));
    calls.length = 0;
    expect(await loser.process(reading(2, 'a', 1), reading(3, 'a', 10))).toMatchObject({
      recordsIn: 1,
      recordsReplayed: 1,
    });
    expect(calls.slice(0, 2)).toEqual(['PutItemCommand', 'BatchGetItemCommand']);
    expect(calls).not.toContain('GetItemCommand');
    expect(await results()).toMatchObject([{ key: 'a', values: { n: 2 } }]);
    client.destroy();
  });

  it('recognises its own commit when the reply is lost (PL-5)', async () => {
    let puts = 0;
    const client = withMiddleware(dynamoDb(), async (command, next) => {
      const isFirst = command === 'PutItemCommand' && (puts += 1) === 1;
      const reply = await next();
      if (isFirst) throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      return reply;
    });
    expect(await instance(client).process(reading(1, 'a', 0), reading(2, 'a', 10))).toMatchObject({
      recordsIn: 2,
      commits: 1,
    });
    expect(puts).toBe(2);
    expect(await head()).toMatchObject({ version: 1, counters: { recordsIn: 2, counted: 2 } });
    client.destroy();
  });

  it('refuses a put that was frozen while others went round the ring (PL-1, R-1)', async () => {
    let thaw: () => void = () => undefined;
    let isFrozen: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (isFrozen = resolve));
    const client = withMiddleware(dynamoDb(), async (command, next) => {
      if (command === 'PutItemCommand') {
        isFrozen();
        await new Promise<void>((resolve) => (thaw = resolve));
      }
      return next();
    });
    const late = instance(client).process(reading(1, 'a', 0));
    await frozen;
    const other = instance();
    for (let offset = 1; offset <= 2 * SLOTS + 1; offset++) await other.process(reading(offset, 'a', offset));
    thaw();
    expect(await late).toMatchObject({ recordsIn: 0, recordsReplayed: 1, commits: 0 });
    expect(await head()).toMatchObject({ version: 2 * SLOTS + 1, counters: { recordsIn: 2 * SLOTS + 1 } });
    client.destroy();
  });

  it('counts each record once when four instances process the same batches at once', async () => {
    const instances = Array.from({ length: 4 }, () => instance());
    const batches = Array.from({ length: 30 }, (_, i) => [
      reading(2 * i + 1, 'a', 2 * i),
      reading(2 * i + 2, 'b', 2 * i + 1),
    ]);
    await Promise.all(
      instances.map(async (one) => {
        for (const batch of batches) await persistently(() => one.process(...batch));
      }),
    );
    expect(await head()).toMatchObject({ counters: { recordsIn: 60, counted: 60, late: 0, deadLetters: 0 } });
    const rows = await results();
    expect(rows).toHaveLength(10);
    expect(rows.every(({ revision, values }) => revision === 1 && values['n'] === 5)).toBe(true);
  });
});

/** As Lambda does: a batch that failed comes again. */
async function persistently(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (!['fenced', 'unavailable'].includes(String((error as { kind?: unknown }).kind))) throw error;
    }
  }
  throw new Error('a batch failed 50 times');
}

type Next = () => Promise<unknown>;

/** A client of its own whose every command passes through `around`. */
function withMiddleware(
  { port }: TestDynamoDb,
  around: (command: string, next: Next) => Promise<unknown>,
): DynamoDBClient {
  const own = testClient(port);
  own.middlewareStack.add(
    (next, context) => async (args) =>
      (await around(String(context['commandName']), () => next(args))) as Awaited<ReturnType<typeof next>>,
    { step: 'initialize' },
  );
  return own;
}
