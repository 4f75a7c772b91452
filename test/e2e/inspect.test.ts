import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startTidemark, tidemark } from './command.ts';

const RECORDS = 4_000;

interface Line {
  readonly recordsIn: number;
  readonly counted: number;
  readonly late: number;
  readonly deadLetters: number;
  readonly verified: boolean;
}

const linesOf = (stdout: string): Line[] => stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);

describe('tidemark inspect', () => {
  let data: string;
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'tidemark-inspect-'));
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  it('refuses a data dir in which the pipeline never ran', () => {
    const { status, stderr } = tidemark('inspect', 'flights', '--data-dir', data);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^tidemark: pipeline flights must have run once, got no data of it in .*\n$/);
  });

  it('shows every shard of a pipeline that is at rest', () => {
    expect(tidemark('local', 'flights', '--records', String(RECORDS), '--exit', '--json', '--data-dir', data).status).toBe(0);
    const { status, stdout } = tidemark('inspect', 'flights', '--json', '--data-dir', data);
    const lines = linesOf(stdout);
    expect(status).toBe(0);
    expect(lines).toHaveLength(4);
    expect(lines.every(({ verified }) => verified)).toBe(true);
    expect(lines.reduce((sum, { recordsIn }) => sum + recordsIn, 0)).toBe(RECORDS);
    expect(lines.map(({ counted, late, deadLetters }) => counted + late + deadLetters)).toEqual(lines.map(({ recordsIn }) => recordsIn));
  });

  it('shows the same while the pipeline runs', async () => {
    const runner = startTidemark('local', 'flights', '--records', String(RECORDS), '--data-dir', data);
    try {
      await wait(3_000);
      const { status, stdout } = tidemark('inspect', 'flights', '--json', '--data-dir', data);
      expect(status).toBe(0);
      expect(linesOf(stdout).reduce((sum, { recordsIn }) => sum + recordsIn, 0)).toBe(RECORDS);
      expect(tidemark('inspect', 'flights', '--data-dir', data).stdout).toContain('behind: the furthest shard');
    } finally {
      const ended = new Promise((done) => runner.once('exit', done));
      runner.kill('SIGINT');
      await ended;
    }
  });
});
