import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { flightsInput } from '../../local/inputs/flights.ts';
import { commandRun } from '../verify/command-run.ts';
import { busiestReference } from '../verify/pipelines/rekeyed-flights.ts';
import { verdictOf } from '../verify/pipelines/verdict.ts';
import { childrenOf, startTidemark } from './command.ts';

const RECORDS = 6_000;
const SHARDS = 4;

describe('a pipeline with two exchanges in a row', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tidemark-two-exchanges-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('gives what DuckDB computes after a kill -9 of its sender, the receivers of both exchanges and the runner', async () => {
    const options = ['--records', String(RECORDS), '--rate', '1000', '--data-dir', dataDir];
    const runner = startTidemark('local', 'busiest', ...options);
    const killed = await killFunctions(runner);
    await kill(runner);
    expect(killed).toEqual({ senders: 1, receivers: 2 });
    const run = await commandRun({ pipeline: 'busiest', records: RECORDS, shards: SHARDS, dataDir });
    expect(run.counts.recordsIn).toBe(RECORDS);
    expect(run.results.length).toBeGreaterThan(5);
    const verdict = verdictOf(await busiestReference(flightsInput(), RECORDS, SHARDS), run);
    expect(verdict).toEqual(verdict.map(({ what, compared }) => ({ what, compared, differences: 0, first: [] })));
  }, 120_000);
});

/** Kills all functions at once when those of both exchanges are at work; returns how many they were. */
async function killFunctions({ pid }: ChildProcess): Promise<{ readonly senders: number; readonly receivers: number }> {
  const of = (bundle: string): number[] => childrenOf(pid as number, bundle);
  for (const untilMs = Date.now() + 40_000; Date.now() < untilMs; await wait(100)) {
    const senders = of('process-kinesis.mjs');
    const receivers = of('receive.mjs');
    if (senders.length < 1 || receivers.length < 2) continue;
    await wait(500);
    for (const child of [...senders, ...receivers]) process.kill(child, 'SIGKILL');
    await wait(1_500);
    return { senders: senders.length, receivers: receivers.length };
  }
  return { senders: 0, receivers: 0 };
}

async function kill(runner: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => runner.once('exit', resolve));
  runner.kill('SIGKILL');
  await ended;
}
