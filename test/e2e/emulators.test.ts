import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenOf, startTidemark, tidemark } from './command.ts';
import { checkRows, rowsOf } from './rows.ts';
import { mergeShards, splitShard, streamOf } from './stream.ts';

const RECORDS = 9_000;
/** Longer than the client waits for an answer: what it asked meanwhile is executed late, and nobody hears of it. */
const FROZEN_MS = 6_500;

/**
 * Both emulators keep all that they have acknowledged on disk, so that killing one is a restart of the service. What
 * neither has acknowledged may be there or not, which is why the feeder looks before it puts again.
 */
describe('a service that is frozen, killed and started again', () => {
  let folder: string;
  let runner: ChildProcess | undefined;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-emulators-'));
  });
  afterAll(() => {
    runner?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (): ChildProcess =>
    (runner = startTidemark(
      'local',
      'flights',
      '--records',
      String(RECORDS),
      '--rate',
      '600',
      '--shards',
      '2',
      '--data-dir',
      folder,
    ));
  const resume = (): ChildProcess =>
    (runner = startTidemark('local', 'flights', '--records', String(RECORDS), '--rate', '600', '--data-dir', folder));

  it('loses and repeats nothing, while shards split and merge and workers are killed', async () => {
    const first = start();
    const firstEnded = endOf(first);
    const stream = await streamOf(folder);
    await wait(1_500);
    await splitShard(stream, 'shardId-000000000000', 2n ** 126n);
    await signal(first, 'worker-process', 'SIGKILL');
    await wait(1_000);
    await signal(first, 'dynamodb-process', 'SIGSTOP');
    await wait(FROZEN_MS);
    await signal(first, 'dynamodb-process', 'SIGCONT');
    await wait(500);
    await signal(first, 'worker-process', 'SIGKILL');
    await wait(500);
    await signal(first, 'kinesis-process', 'SIGKILL');
    expect(await firstEnded).toBe(1);

    const second = resume();
    const secondEnded = endOf(second);
    const again = await streamOf(folder);
    await wait(1_000);
    await mergeShards(again, 'shardId-000000000003', 'shardId-000000000001');
    await wait(300);
    await signal(second, 'worker-process', 'SIGKILL');
    await wait(700);
    await signal(second, 'dynamodb-process', 'SIGKILL');
    expect(await secondEnded).toBe(1);

    const last = tidemark('local', 'flights', '--records', String(RECORDS), '--data-dir', folder, '--exit', '--json');
    expect(last).toMatchObject({ status: 0 });
    const { recordsIn, counted, late, deadLetters, shards, results } = JSON.parse(last.stdout);
    expect({ recordsIn, accounted: counted + late + deadLetters, deadLetters, shards }).toEqual({
      recordsIn: RECORDS,
      accounted: RECORDS,
      deadLetters: 0,
      shards: 5,
    });
    const logs = tidemark('inspect', 'flights', '--data-dir', folder, '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly verified: boolean });
    expect(logs.map(({ verified }) => verified)).toEqual(Array(5).fill(true));
    checkRows(rowsOf(folder), results, late, RECORDS, join(folder, 'calm'));
  }, 180_000);
});

/** Resolves with the exit code. */
function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** To the one such child, as soon as there is one. */
async function signal(parent: ChildProcess, part: string, name: NodeJS.Signals): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const [pid] = childrenOf(parent.pid as number, part);
    if (pid !== undefined) {
      process.kill(pid, name);
      return;
    }
    await wait(100);
  }
  throw new Error(`${part} must run, got none`);
}
