import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenOf, startTidemark, tidemark } from './command.ts';
import { textWithoutEpoch } from '../support/without-epoch.ts';

const RECORDS = '15000';
const WORKER_KILLS = 20;
const RUNNER_KILLS = 3;
const WORKER = 'worker-process';

describe('kill -9', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-kill-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(`of the worker ${WORKER_KILLS} times and of the runner ${RUNNER_KILLS} times changes no byte of the results`, async () => {
    const calm = join(folder, 'calm');
    const harsh = join(folder, 'harsh');
    const undisturbed = tidemark('local', 'flights', '--records', RECORDS, '--data-dir', calm, '--exit', '--json');
    expect(undisturbed.status).toBe(0);

    let workerKills = 0;
    for (let runnerKills = 0; runnerKills < RUNNER_KILLS; runnerKills++) {
      const runner = startTidemark('local', 'flights', '--records', RECORDS, '--rate', '1500', '--data-dir', harsh);
      workerKills += await killWorkers(runner, Math.ceil(WORKER_KILLS / RUNNER_KILLS));
      await kill(runner);
    }
    expect(workerKills).toBeGreaterThanOrEqual(WORKER_KILLS);
    const last = tidemark('local', 'flights', '--records', RECORDS, '--data-dir', harsh, '--exit', '--json');
    expect(last).toMatchObject({ status: 0 });

    const totals = ({ stdout }: { stdout: string }) => {
      const { recordsIn, counted, late, deadLetters, results, firings, openWindows } = JSON.parse(stdout);
      return { recordsIn, counted, late, deadLetters, results, firings, openWindows };
    };
    expect(totals(last)).toEqual(totals(undisturbed));
    const results = (dataDir: string) =>
      textWithoutEpoch(tidemark('results', 'flights', '--data-dir', dataDir, '--json').stdout);
    expect(results(calm).length).toBeGreaterThan(10_000);
    expect(results(harsh)).toBe(results(calm));
    expect(lateRows(harsh)).toEqual(lateRows(calm));
  }, 180_000);
});

/** Kills every worker that comes up, a random moment later; returns how many. */
async function killWorkers(runner: ChildProcess, times: number): Promise<number> {
  let kills = 0;
  const giveUpMs = Date.now() + 30_000;
  while (kills < times && Date.now() < giveUpMs) {
    await wait(100 + Math.random() * 400);
    for (const pid of childrenOf(runner.pid as number, WORKER)) {
      process.kill(pid, 'SIGKILL');
      kills++;
    }
  }
  return kills;
}

async function kill(runner: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => runner.once('exit', resolve));
  runner.kill('SIGKILL');
  await ended;
}

/** Late flights by their row: arrival times and offsets differ from run to run. */
function lateRows(dataDir: string): number[] {
  return tidemark('late', 'flights', '--data-dir', dataDir, '--json')
    .stdout.trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(Buffer.from(JSON.parse(line).data, 'base64').toString()).row as number)
    .sort((a, b) => a - b);
}
