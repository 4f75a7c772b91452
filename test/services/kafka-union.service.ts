import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenOf, startTidemark, tidemark } from '../e2e/command.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';

const absolute = (path: string): string => JSON.stringify(resolve(import.meta.dirname, '../..', path));

/** Sales of a stream and refunds of a topic, which call the same things otherwise. */
const TURNOVER = `
import * as z from ${absolute('node_modules/zod/mini/index.js')};
import { count, from, kafka, kinesis, pipeline, resultTable, sum, tumbling } from ${absolute('engine/index.ts')};
const sales = z.object({ shop: z.string(), euros: z.number(), atMs: z.int() });
const refunds = z.object({ store: z.string(), cents: z.number(), refundedMs: z.int() });
export default pipeline('turnover')
  .source(kinesis({ stream: 'sales', schema: sales, batchSize: 100 }))
  .eventTime(({ atMs }) => atMs, { maxOutOfOrdernessMs: 0 })
  .union(
    from(kafka({ topic: 'refunds', schema: refunds, batchSize: 100 }))
      .eventTime(({ refundedMs }) => refundedMs, { maxOutOfOrdernessMs: 0 })
      .map(({ store, cents, refundedMs }) => ({ shop: store, euros: -cents / 100, atMs: refundedMs })),
  )
  .keyBy('shop', { receivers: [2] })
  .window(tumbling({ sizeMs: 1000 }))
  .aggregate({ n: count(), euros: sum('euros') })
  .to(resultTable());
`;
const SHOPS = ['north', 'east', 'south', 'west', 'harbour'];
/** Behind all windows: what brings them out. */
const LAST_MS = 1_000_000;
const SALES = [
  ...Array.from({ length: 2_000 }, (_, i) => ({ shop: SHOPS[i % 5] as string, euros: i % 90, atMs: i * 5 })),
  { shop: 'north', euros: 0, atMs: LAST_MS },
];
const REFUNDS = [
  ...Array.from({ length: 1_000 }, (_, i) => ({
    store: SHOPS[(i * 3) % 5] as string,
    cents: 100 * (i % 7),
    refundedMs: i * 10,
  })),
  { store: 'north', cents: 0, refundedMs: LAST_MS },
];

describeService('a pipeline of a stream and a topic', () => {
  let broker: KafkaBroker;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-union-'));
    broker = await startKafka();
  });
  afterAll(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const linesOf = (records: readonly unknown[]): string => records.map((record) => JSON.stringify(record)).join('\n');

  it('counts each record of both once after a kill -9 of functions, broker and runner', async () => {
    const turnover = write('turnover.ts', TURNOVER);
    const place = ['--data-dir', join(folder, 'data')];
    const local = (source: string, input: string): string[] => [
      ...['local', turnover, '--kafka', broker.bootstrap, '--shards', '1'],
      ...['--source', source, '--input', input, ...place],
    ];
    const sales = local('sales', write('sales.ndjson', linesOf(SALES)));
    expect(tidemark(...sales, '--exit')).toMatchObject({ status: 0 });

    const refunds = local('refunds', write('refunds.ndjson', linesOf(REFUNDS)));
    const runner = startTidemark(...refunds, '--rate', '200');
    expect(await killFunctions(runner)).toBeGreaterThan(0);
    await broker.killAndRestart();
    expect(await killFunctions(runner)).toBeGreaterThan(0);
    expect(runner.exitCode).toBeNull();
    const gone = new Promise((done) => runner.once('exit', done));
    runner.kill('SIGKILL');
    await gone;

    const ended = tidemark(...refunds, '--exit');
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stdout).toContain('sales: in 2,001 = passed on 2,001 + dead letters 0');
    expect(ended.stdout).toContain('refunds: in 1,001 = passed on 1,001 + dead letters 0');
    const { stdout } = tidemark('results', turnover, ...place, '--json');
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string; windowStartMs: number; n: number; euros: number })
      .map(({ key, windowStartMs, n, euros }) => [`${key} ${windowStartMs}`, { n, euros }]);
    expect(Object.fromEntries(rows)).toEqual(expected());
    expect(rows).toHaveLength(Object.keys(expected()).length);
  }, 120_000);
});

/** Of each shop and second that has ended, by plain arithmetic. */
function expected(): Record<string, { readonly n: number; readonly euros: number }> {
  const windows: Record<string, { n: number; euros: number }> = {};
  const add = (shop: string, euros: number, timeMs: number): void => {
    if (timeMs === LAST_MS) return;
    const window = (windows[`${shop} ${Math.floor(timeMs / 1_000) * 1_000}`] ??= { n: 0, euros: 0 });
    window.n += 1;
    window.euros += euros;
  };
  for (const { shop, euros, atMs } of SALES) add(shop, euros, atMs);
  for (const { store, cents, refundedMs } of REFUNDS) add(store, -cents / 100, refundedMs);
  return windows;
}

/** Every function that is at work at some moment within the next seconds. @returns how many there were */
async function killFunctions(runner: ChildProcess): Promise<number> {
  for (let giveUpMs = Date.now() + 30_000; Date.now() < giveUpMs;) {
    await wait(300);
    const functions = childrenOf(runner.pid as number, 'worker-process');
    for (const pid of functions) process.kill(pid, 'SIGKILL');
    if (functions.length > 0) return functions.length;
  }
  return 0;
}
