import { DescribeStreamSummaryCommand, KinesisClient, ListShardsCommand, MergeShardsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenOf, startTidemark, tidemark } from './command.ts';

const RECORDS = 8_000;
const STREAM = 'departures';

describe('a stream that is split and merged while it runs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-reshard-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('counts every record once, although workers are killed meanwhile', async () => {
    const runner = startTidemark('local', 'flights', '--records', String(RECORDS), '--rate', '800', '--shards', '2', '--data-dir', folder);
    const ended = new Promise((resolve) => runner.once('exit', resolve));
    const client = await clientOf(join(folder, 'flights', 'run.json'));
    await wait(1_500);
    await client.send(new SplitShardCommand({ StreamName: STREAM, ShardToSplit: 'shardId-000000000000', NewStartingHashKey: String(2n ** 126n) }));
    await active(client);
    for (const pid of childrenOf(runner.pid as number, 'worker-process')) process.kill(pid, 'SIGKILL');
    await wait(1_500);
    await client.send(new MergeShardsCommand({ StreamName: STREAM, ShardToMerge: 'shardId-000000000003', AdjacentShardToMerge: 'shardId-000000000001' }));
    await active(client);
    await wait(500);
    runner.kill('SIGKILL');
    await ended;

    const last = tidemark('local', 'flights', '--records', String(RECORDS), '--data-dir', folder, '--exit', '--json');
    expect(last.stderr).not.toContain('SEALED');
    const { recordsIn, counted, late, deadLetters, shards, results } = JSON.parse(last.stdout);
    expect({ recordsIn, accounted: counted + late + deadLetters, deadLetters, shards }).toEqual({ recordsIn: RECORDS, accounted: RECORDS, deadLetters: 0, shards: 5 });

    const rows = tidemark('results', 'flights', '--data-dir', folder, '--json').stdout.trim().split('\n').map((line) => JSON.parse(line) as Row);
    expect(rows).toHaveLength(results);
    const windows = rows.map(({ key, windowStartMs }) => `${key}/${windowStartMs}`);
    expect(new Set(windows).size).toBe(windows.length);
    // No flight is in two windows, and none of a window that has fired is missing but the late ones.
    const published = tidemark('local', 'flights', '--records', String(RECORDS), '--data-dir', join(folder, 'calm'), '--shards', '1', '--exit', '--json');
    expect(JSON.parse(published.stdout).recordsIn).toBe(RECORDS);
    const calm = new Map(
      tidemark('results', 'flights', '--data-dir', join(folder, 'calm'), '--json').stdout.trim().split('\n').map((line) => JSON.parse(line) as Row).map((row) => [`${row.key}/${row.windowStartMs}`, row]),
    );
    const shared = rows.filter(({ key, windowStartMs }) => calm.has(`${key}/${windowStartMs}`));
    expect(shared.length).toBeGreaterThan(500);
    const departures = (list: readonly Row[]) => list.reduce((sum, row) => sum + row.departures, 0);
    const inCalm = shared.map(({ key, windowStartMs }) => calm.get(`${key}/${windowStartMs}`) as Row);
    expect(Math.abs(departures(shared) - departures(inCalm))).toBeLessThanOrEqual(late + JSON.parse(published.stdout).late);
  }, 120_000);
});

interface Row {
  readonly key: string;
  readonly windowStartMs: number;
  readonly departures: number;
}

async function clientOf(runFile: string): Promise<KinesisClient> {
  for (let tries = 0; ; tries++) {
    try {
      const { kinesisEndpoint } = JSON.parse(readFileSync(runFile, 'utf8')) as { kinesisEndpoint: string };
      const client = new KinesisClient({ endpoint: kinesisEndpoint, region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, requestHandler: new NodeHttpHandler() });
      await client.send(new ListShardsCommand({ StreamName: STREAM }));
      return client;
    } catch (error) {
      if (tries === 100) throw error;
      await wait(100);
    }
  }
}

async function active(client: KinesisClient): Promise<void> {
  for (;;) {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: STREAM }));
    if (StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
    await wait(20);
  }
}
