import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { withoutEpoch } from '../support/without-epoch.ts';
import { childrenOf, startTidemark, tidemark } from './command.ts';

const RECORDS = '4000';
const WORKER = 'worker-process';

const lines = (stdout: string): Array<Record<string, unknown>> =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a pipeline with an exchange', () => {
  let folder: string;
  let calm: string;
  let harsh: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-exchange-'));
    calm = join(folder, 'calm');
    harsh = join(folder, 'harsh');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (dataDir: string): ReturnType<typeof tidemark> =>
    tidemark('local', 'destinations', '--records', RECORDS, '--data-dir', dataDir, '--exit', '--json');

  it('gives the same results after a kill -9 of both its functions and one of the runner', async () => {
    const undisturbed = run(calm);
    expect(undisturbed.status).toBe(0);
    const runner = startTidemark(
      ...['local', 'destinations', '--records', RECORDS, '--rate', '2000', '--data-dir', harsh],
    );
    expect(await killWorkers(runner)).toBe(2);
    await wait(1_500 + Math.random() * 1_000);
    await kill(runner);
    const last = run(harsh);
    expect(last.status).toBe(0);

    // How often a window is corrected depends on which sender came first, and nothing else does.
    const counts = ({ stdout }: { stdout: string }) => {
      const { recordsIn, counted, late, deadLetters, results, openWindows, watermarkMs, exchange } = JSON.parse(stdout);
      return { recordsIn, counted, late, deadLetters, results, openWindows, watermarkMs, exchange };
    };
    expect(counts(last)).toEqual(counts(undisturbed));
    expect(counts(last)).toMatchObject({ recordsIn: 4_000, exchange: { recordsPassed: 4_000, rowsIn: 4_000 } });
    const results = (dataDir: string) =>
      lines(tidemark('results', 'destinations', '--data-dir', dataDir, '--json').stdout).map((row) => {
        const { revision, ...rest } = withoutEpoch(row);
        expect(revision).toBeGreaterThan(0);
        return JSON.stringify(rest);
      });
    const expected = results(calm);
    expect(expected.length).toBeGreaterThan(300);
    expect(results(harsh)).toEqual(expected);
  }, 120_000);

  it('is inspected with its receivers, none of which has anything left to read', () => {
    const { status, stdout } = tidemark('inspect', 'destinations', '--data-dir', harsh, '--json');
    expect(status).toBe(0);
    const reports = lines(stdout);
    expect(reports.map(({ exchange }) => exchange)).toEqual([
      ...Array(4).fill(null),
      ...Array(4).fill('by-destination'),
    ]);
    expect(reports.map(({ unread }) => unread)).toEqual([...Array(4).fill(null), ...Array(4).fill(0)]);
    const doctor = tidemark('doctor', 'destinations', '--data-dir', harsh);
    expect(doctor.status).toBe(0);
    expect(doctor.stdout).toContain('4,000 records, 4,000 rows');
  }, 60_000);
});

/** Kills the functions of senders and receivers once both are there; returns how many. */
async function killWorkers(runner: ChildProcess): Promise<number> {
  for (const giveUpMs = Date.now() + 30_000; Date.now() < giveUpMs; await wait(50)) {
    const workers = childrenOf(runner.pid as number, WORKER);
    if (workers.length < 2) continue;
    await wait(500);
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    return workers.length;
  }
  return 0;
}

async function kill(runner: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => runner.once('exit', resolve));
  runner.kill('SIGKILL');
  await ended;
}
