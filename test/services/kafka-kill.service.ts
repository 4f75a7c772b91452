import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenOf, startTidemark, tidemark } from '../e2e/command.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { textWithoutEpoch } from '../support/without-epoch.ts';

const RECORDS = 6_000;
const ROUNDS = 2;
const WORKER_KILLS = 2;
/** Records a second while there is killing: there is always something left to do. */
const RATE = '200';

describeService('kill -9 of a pipeline that reads Kafka', () => {
  let broker: KafkaBroker;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-kill-'));
    broker = await startKafka();
  });
  afterAll(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const local = (dataDir: string, ...more: string[]): string[] => [
    'local',
    'flights-kafka',
    '--kafka',
    broker.bootstrap,
    '--records',
    String(RECORDS),
    '--data-dir',
    join(folder, dataDir),
    ...more,
  ];
  const results = (dataDir: string): string =>
    textWithoutEpoch(tidemark('results', 'flights-kafka', '--data-dir', join(folder, dataDir), '--json').stdout);

  it('worker, broker and runner in turn: every record is in the topic once, and counted once', async () => {
    let workerKills = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const runner = startTidemark(...local('harsh', '--rate', RATE));
      workerKills += await killWorkers(runner, WORKER_KILLS);
      await broker.killAndRestart();
      workerKills += await killWorkers(runner, 1);
      expect(runner.exitCode).toBeNull();
      const gone = new Promise((done) => runner.once('exit', done));
      runner.kill('SIGKILL');
      await gone;
    }
    expect(workerKills).toBe(ROUNDS * (WORKER_KILLS + 1));

    const harsh = tidemark(...local('harsh', '--exit', '--json'));
    expect(harsh).toMatchObject({ status: 0 });
    // Puts nothing: the topic holds all that the harsh runs have put.
    const calm = tidemark(...local('calm', '--exit', '--json'));
    expect(calm).toMatchObject({ status: 0, stderr: expect.stringContaining('departures holds records already') });

    const totals = ({ stdout }: { readonly stdout: string }) => {
      const { recordsIn, counted, late, deadLetters, results, firings, openWindows } = JSON.parse(stdout) as Record<
        string,
        unknown
      >;
      return { recordsIn, counted, late, deadLetters, results, firings, openWindows };
    };
    expect(totals(calm)).toMatchObject({ recordsIn: RECORDS, deadLetters: 0 });
    expect(totals(harsh)).toEqual(totals(calm));
    expect(results('calm').length).toBeGreaterThan(1_000);
    expect(results('harsh')).toBe(results('calm'));
  }, 280_000);
});

/** Kills workers that come up, a random moment later. */
async function killWorkers(runner: ChildProcess, times: number): Promise<number> {
  for (let kills = 0, giveUpMs = Date.now() + 40_000; ;) {
    if (kills === times || Date.now() > giveUpMs) return kills;
    await wait(100 + Math.random() * 400);
    for (const pid of childrenOf(runner.pid as number, 'worker-process').slice(0, times - kills)) {
      process.kill(pid, 'SIGKILL');
      kills++;
    }
  }
}
