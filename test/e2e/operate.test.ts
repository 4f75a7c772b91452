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

const linesOf = (stdout: string): Line[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('inspect, doctor and cost', () => {
  let data: string;
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'tidemark-operate-'));
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  it('need neither data nor an account to tell what a load would cost', () => {
    const { status, stdout } = tidemark('cost', 'flights', '--events-per-second', '2.5', '--keys', '10', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: 'flights',
      input: { eventsPerSecond: 2.5, keys: 10, eventBytes: 200 },
      traffic: { partitions: 1 },
    });
    const topic = tidemark(
      'cost',
      'flights-kafka',
      '--events-per-second',
      '2.5',
      '--keys',
      '10',
      '--kafka',
      'express',
      '--json',
    );
    expect(JSON.parse(topic.stdout)).toMatchObject({
      pipeline: 'flights-kafka',
      input: { kafka: 'express' },
      traffic: { partitions: 3, readers: 1 },
    });
  });

  it.each([
    [['--keys', '10'], /required option '--events-per-second <n>' not specified/],
    [
      ['--keys', '10', '--events-per-second', 'x'],
      /events-per-second must be a number in \[0.01, 1000000\], got "x"; pass --events-per-second 100/,
    ],
    [['--keys', '0', '--events-per-second', '1'], /keys must be an integer in \[1, 1000000000\], got "0"/],
  ])('refuse a load that makes no sense: %j', (flags, message) => {
    const { status, stderr } = tidemark('cost', 'flights', ...flags);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('find that a pipeline never ran, and say how to run it', () => {
    const { status, stdout } = tidemark('doctor', 'flights', '--data-dir', data);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^✗ data-dir {2}the pipeline has run here: nothing in .*\n +→ start tidemark local flights --exit/,
    );
  });

  it('refuse a data dir in which the pipeline never ran', () => {
    const { status, stderr } = tidemark('inspect', 'flights', '--data-dir', data);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^tidemark: pipeline flights must have run once, got no data of it in .*\n$/);
  });

  it('show every shard of a pipeline that is at rest', () => {
    expect(
      tidemark('local', 'flights', '--records', String(RECORDS), '--exit', '--json', '--data-dir', data).status,
    ).toBe(0);
    const { status, stdout } = tidemark('inspect', 'flights', '--json', '--data-dir', data);
    const lines = linesOf(stdout);
    expect(status).toBe(0);
    expect(lines).toHaveLength(4);
    expect(lines.every(({ verified }) => verified)).toBe(true);
    expect(lines.reduce((sum, { recordsIn }) => sum + recordsIn, 0)).toBe(RECORDS);
    expect(lines.map(({ counted, late, deadLetters }) => counted + late + deadLetters)).toEqual(
      lines.map(({ recordsIn }) => recordsIn),
    );
  });

  it('find nothing wrong with it', () => {
    const { status, stdout } = tidemark('doctor', 'flights', '--json', '--data-dir', data);
    expect(status).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { verdict: string })
        .filter(({ verdict }) => verdict !== 'ok'),
    ).toEqual([]);
  });

  it('show the same while the pipeline runs', async () => {
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
