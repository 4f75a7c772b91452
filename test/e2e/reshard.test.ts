import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenOf, startTidemark, tidemark } from './command.ts';
import { checkRows, rowsOf } from './rows.ts';
import { mergeShards, splitShard, streamOf } from './stream.ts';

const RECORDS = 8_000;

describe('a stream that is split and merged while it runs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-reshard-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('counts every record once, although workers are killed meanwhile', async () => {
    const runner = startTidemark(
      'local',
      'flights',
      '--records',
      String(RECORDS),
      '--rate',
      '800',
      '--shards',
      '2',
      '--data-dir',
      folder,
    );
    const ended = new Promise((resolve) => runner.once('exit', resolve));
    const stream = await streamOf(folder);
    await wait(1_500);
    await splitShard(stream, 'shardId-000000000000', 2n ** 126n);
    for (const pid of childrenOf(runner.pid as number, 'worker-process')) process.kill(pid, 'SIGKILL');
    await wait(1_500);
    await mergeShards(stream, 'shardId-000000000003', 'shardId-000000000001');
    await wait(500);
    runner.kill('SIGKILL');
    await ended;

    const last = tidemark('local', 'flights', '--records', String(RECORDS), '--data-dir', folder, '--exit', '--json');
    expect(last.stderr).not.toContain('SEALED');
    const { recordsIn, counted, late, deadLetters, shards, results } = JSON.parse(last.stdout);
    expect({ recordsIn, accounted: counted + late + deadLetters, deadLetters, shards }).toEqual({
      recordsIn: RECORDS,
      accounted: RECORDS,
      deadLetters: 0,
      shards: 5,
    });

    checkRows(rowsOf(folder), results, late, RECORDS, join(folder, 'calm'));
  }, 120_000);
});
