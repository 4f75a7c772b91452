import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemorySink } from '../../adapters/memory/sink.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { dynamodbClient } from '../../local/aws/clients.ts';
import { ensureTables, logTableName } from '../../local/aws/tables.ts';
import { startDynamoDb } from '../../local/emulators/start.ts';
import { flightsLoad } from '../flights-load.ts';
import { figureOf, timed, type Figure } from '../rounds.ts';
import { before, STREAM } from './pipelines.ts';
import { requireDestinations, SHARDS } from './right.ts';
import { ExchangeRun, partitionsOf } from './run.ts';

export interface LatencySettings {
  readonly records: number;
}

/** What an exchange adds to the time until a record is in the state that it belongs to, over the stores that `tidemark local` has. */
export interface ExchangeLatency {
  readonly batchSize: number;
  readonly commits: number;
  /** From a sender's commit to that of all receivers of its rows [ms]: half of them took no longer than the median. */
  readonly addedMs: Figure;
}

const BATCH_SIZE = 1_000;

/** Receivers are called after each commit. Every window is right before the figure counts. */
export async function measureLatency({ records }: LatencySettings): Promise<ExchangeLatency> {
  const load = await flightsLoad({ records, shards: SHARDS, batchSize: BATCH_SIZE, stream: STREAM });
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
  const emulator = await startDynamoDb(join(folder, 'dynamodb'));
  try {
    const client = dynamodbClient(emulator.endpoint);
    await ensureTables(client, before);
    const logs = new DynamoDbLogStore({ client, table: logTableName(before.name) });
    const stores = { logs, blobs: new FileBlobStore(join(folder, 'blobs')) };
    const sink = new MemorySink();
    const run = new ExchangeRun(stores, sink, partitionsOf(load));
    const added: number[] = [];
    for (const invocation of load) {
      await run.send(invocation);
      added.push(await timed(() => run.answer()));
    }
    await run.drain();
    await requireDestinations(records, sink.results, run);
    return { batchSize: BATCH_SIZE, commits: added.length, addedMs: figureOf(added) };
  } finally {
    await emulator.stop();
    await rm(folder, { recursive: true });
  }
}
