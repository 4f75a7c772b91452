import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { commandRun } from '../verify/command-run.ts';
import { inboundReference } from '../verify/pipelines/rekeyed-flights.ts';
import { verdictOf } from '../verify/pipelines/verdict.ts';
import { haulInput } from '../../local/inputs/hauls.ts';
import { childrenOf, startTidemark, tidemark } from './command.ts';

const absolute = (path: string): string => JSON.stringify(resolve(import.meta.dirname, '../..', path));

/** Two streams that call the same things otherwise; ten records a commit. */
const TURNOVER = `
import * as z from ${absolute('node_modules/zod/mini/index.js')};
import { count, from, kinesis, pipeline, resultTable, sum, tumbling } from ${absolute('engine/index.ts')};
const sales = z.object({ shop: z.string(), euros: z.number(), atMs: z.int() });
const refunds = z.object({ store: z.string(), cents: z.number(), refundedMs: z.int() });
export default pipeline('turnover')
  .source(kinesis({ stream: 'sales', partitionKey: 'shop', schema: sales, batchSize: 10 }))
  .eventTime(({ atMs }) => atMs, { maxOutOfOrdernessMs: 0 })
  .union(
    from(kinesis({ stream: 'refunds', schema: refunds }))
      .eventTime(({ refundedMs }) => refundedMs, { maxOutOfOrdernessMs: 0 })
      .map(({ store, cents, refundedMs }) => ({ shop: store, euros: -cents / 100, atMs: refundedMs })),
  )
  .keyBy('shop', { receivers: [1] })
  .window(tumbling({ sizeMs: 1000 }))
  .aggregate({ n: count(), euros: sum('euros') })
  .to(resultTable());
`;
/** More commits than a log has room for. */
const SALES = 800;

describe('a pipeline of two sources on this machine', () => {
  let folder: string;
  let turnover: string;
  let place: readonly string[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-union-'));
    turnover = join(folder, 'turnover.ts');
    writeFileSync(turnover, TURNOVER);
    place = ['--data-dir', join(folder, 'data')];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, records: readonly unknown[]): string => {
    writeFileSync(join(folder, name), records.map((record) => JSON.stringify(record)).join('\n'));
    return join(folder, name);
  };

  it('asks which source a file is for', () => {
    const sales = file('sales.ndjson', [{ shop: 'north', euros: 1, atMs: 0 }]);
    const which = '--source must be a source of turnover, one of sales, refunds, got';
    expect(tidemark('local', turnover, '--input', sales, '--exit', ...place)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${which} undefined; pass --source sales`),
    });
    expect(tidemark('send', turnover, sales, '--source', 'returns', ...place)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${which} "returns"`),
    });
  });

  it('takes all of one while the other has none, and says that results wait for that', () => {
    const sales = file(
      'sales.ndjson',
      Array.from({ length: SALES }, (_, i) => ({ shop: 'north', euros: 1, atMs: i * 10 })),
    );
    const options = ['--input', sales, '--source', 'sales', '--shards', '1', '--exit'];
    const { status, stdout } = tidemark('local', turnover, ...options, ...place);
    expect({ status, stdout }).toMatchObject({ status: 0 });
    expect(stdout).toContain('✓ sales: in 800 = passed on 800 + dead letters 0');
    expect(stdout).toContain('  refunds: in 0 = passed on 0 + dead letters 0');
    expect(stdout).toContain('  by-shop: rows 800 = counted 800 + late 0 + dead letters 0');
    expect(stdout).toContain(
      'refunds has no record yet, and all windows wait for that: send some with --source refunds',
    );
    expect(stdout).toContain(`FILE.ndjson --source sales`);
  }, 60_000);

  it('gives results of both once records are sent to the other, from where it was', () => {
    const refunds = file('refunds.ndjson', [
      { store: 'north', cents: 500, refundedMs: 1_200 },
      { store: 'south', cents: 100, refundedMs: 5_000 },
    ]);
    expect(tidemark('send', turnover, refunds, '--source', 'refunds', ...place)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('2 records are in stream refunds'),
    });
    const again = tidemark('local', turnover, '--exit', '--json', ...place);
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      recordsIn: SALES + 2,
      newRecordsIn: 2,
      recordsPut: SALES,
      accounts: [
        { source: 'sales', in: SALES, recordsPut: SALES },
        { source: 'refunds', in: 2, recordsPut: 0 },
        { exchange: 'by-shop', in: SALES + 2, counted: SALES + 2 },
      ],
    });
    const rows = tidemark('results', turnover, '--json', ...place)
      .stdout.trim()
      .split('\n')
      .map((row) => JSON.parse(row) as Record<string, unknown>);
    expect(rows.map(({ key, windowStartMs, n, euros }) => [key, windowStartMs, n, euros])).toEqual([
      ['north', 0, 100, 100],
      ['north', 1_000, 101, 95],
      ['north', 2_000, 100, 100],
      ['north', 3_000, 100, 100],
      ['north', 4_000, 100, 100],
    ]);
  }, 60_000);

  it('keeps files of each source under its name', () => {
    const files = readdirSync(join(folder, 'data', 'turnover'));
    expect(files.filter((name) => /^(checkpoints|feeder)/.test(name))).toEqual([
      'checkpoints-refunds.json',
      'checkpoints-sales.json',
      'feeder-sales.json',
    ]);
  });

  it('gives what DuckDB computes after a kill -9 of both its functions, its receivers and the runner', async () => {
    const records = 1_000;
    const dataDir = join(folder, 'harsh');
    const runner = startTidemark(
      'local',
      'inbound',
      '--records',
      String(records),
      '--rate',
      '250',
      '--data-dir',
      dataDir,
    );
    const killed = await killAll(runner.pid as number);
    const ended = new Promise((done) => runner.once('exit', done));
    runner.kill('SIGKILL');
    await ended;
    expect(killed).toEqual({ sources: 2, receivers: 1 });
    const run = await commandRun({ pipeline: 'inbound', records, shards: 4, dataDir });
    expect(run.counts.recordsIn).toBe(2 * records);
    expect(run.results.length).toBeGreaterThan(50);
    const verdict = verdictOf(await inboundReference(haulInput('short-haul'), records, 4), run);
    expect(verdict).toEqual(verdict.map(({ what, compared }) => ({ what, compared, differences: 0, first: [] })));
  }, 120_000);
});

/** Kills all functions at once when all are at work, and leaves the runner a moment to begin anew; returns how many they were. */
async function killAll(runner: number): Promise<{ readonly sources: number; readonly receivers: number }> {
  const all = () => [childrenOf(runner, 'process-kinesis.mjs'), childrenOf(runner, 'receive.mjs')] as const;
  for (const untilMs = Date.now() + 40_000; Date.now() < untilMs; await wait(100)) {
    const [sources, receivers] = all();
    if (sources.length < 2 || receivers.length < 1) continue;
    await wait(500);
    for (const pid of [...sources, ...receivers]) process.kill(pid, 'SIGKILL');
    await wait(1_500);
    return { sources: sources.length, receivers: receivers.length };
  }
  return { sources: 0, receivers: 0 };
}
