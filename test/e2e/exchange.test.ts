import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { withoutEpoch } from '../support/without-epoch.ts';
import { childrenOf, startTidemark, tidemark } from './command.ts';

const RECORDS = '4000';

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

  it('gives the same results after a kill -9 of its functions and of the runner, which left its receivers behind', async () => {
    const undisturbed = run(calm);
    expect(undisturbed.status).toBe(0);
    const runner = startTidemark('local', 'destinations', '--records', RECORDS, '--data-dir', harsh);
    const { receivers, source } = await killFunctions(runner);
    expect(source).toBe(1);
    expect(receivers).toBeGreaterThan(3);
    await kill(runner);
    const last = run(harsh);
    expect(last.status).toBe(0);

    // How often a window is corrected depends on which sender came first, and nothing else does.
    const counts = ({ stdout }: { stdout: string }) => {
      const { recordsIn, counted, late, deadLetters, results, openWindows, watermarkMs, accounts } = JSON.parse(stdout);
      return { recordsIn, counted, late, deadLetters, results, openWindows, watermarkMs, accounts };
    };
    expect(counts(last)).toEqual(counts(undisturbed));
    expect(counts(last)).toMatchObject({ recordsIn: 4_000, accounts: [{ counted: 4_000 }, { in: 4_000 }] });
    const results = (dataDir: string) =>
      lines(tidemark('results', 'destinations', '--data-dir', dataDir, '--json').stdout).map((row) => {
        const { revision, ...rest } = withoutEpoch(row);
        expect(revision).toBeGreaterThan(0);
        return JSON.stringify(rest);
      });
    const expected = results(calm);
    expect(expected.length).toBeGreaterThan(300);
    expect(results(harsh)).toEqual(expected);
  }, 180_000);

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

/** Kills the receivers' function whenever it comes up, and the source's once; returns how often. */
async function killFunctions(runner: ChildProcess): Promise<{ receivers: number; source: number }> {
  const kills = { receivers: 0, source: 0 };
  const of = (bundle: string): number[] => childrenOf(runner.pid as number, bundle);
  let untilMs = Date.now() + 30_000;
  while (Date.now() < untilMs) {
    await wait(100);
    for (const pid of of('receive.mjs')) {
      process.kill(pid, 'SIGKILL');
      kills.receivers++;
    }
    const [source] = of('process-kinesis.mjs');
    if (source === undefined || kills.source > 0) continue;
    await wait(500);
    process.kill(source, 'SIGKILL');
    kills.source++;
    untilMs = Date.now() + 6_000;
  }
  return kills;
}

async function kill(runner: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => runner.once('exit', resolve));
  runner.kill('SIGKILL');
  await ended;
}
