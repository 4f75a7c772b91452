import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireEqual, requireSame } from '../../bench/equality.ts';
import type { BenchResult } from '../../bench/report.ts';
import { figureOf, interleave, ratioOf } from '../../bench/rounds.ts';
import { compareRows } from '../verify/compare.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('npm run bench -- --quick', () => {
  it('finds every result right, and gives a figure for everything it measures', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(ROOT, 'bench', 'run.ts'), '--quick', '--json'], { timeout: 100_000 });
    const { throughput, aggregates, openSessions, stateOperations, writeUnits, recovery } = JSON.parse(stdout) as BenchResult;
    expect(throughput.ratio.median).toBeGreaterThan(0);
    expect(throughput.kafkaRatio.median).toBeGreaterThan(0);
    expect(Math.min(throughput.guardedRatio.median, throughput.guardedLargeRatio.median)).toBeGreaterThan(0);
    expect(Object.values(throughput.stages).reduce((sum, { median }) => sum + median, 0)).toBeGreaterThan(0.5);
    expect(aggregates.sets.map((set) => set.aggregates)).toEqual([1, 5, 20]);
    expect(aggregates.sets[0]?.ratio.median).toBe(1);
    for (const { microseconds, ratio } of aggregates.sets) expect(Math.min(microseconds.least, ratio.least)).toBeGreaterThan(0);
    expect(stateOperations.costs.map(({ entries }) => entries)).toEqual([100, 1_000, 9_000, 100, 1_000, 9_000, 100, 1_000, 9_000]);
    for (const { microseconds, ratio } of stateOperations.costs) expect(Math.min(microseconds.least, ratio.least)).toBeGreaterThan(0);
    expect(openSessions.loads.map(({ name }) => name)).toEqual(['1,000 keys, one each', '1 key, 1,000', '8,000 keys, one each', '1 key, 8,000']);
    for (const { microseconds, ratio } of openSessions.loads) expect(Math.min(microseconds.least, ratio.least)).toBeGreaterThan(0);
    expect(writeUnits.map(({ keys }) => keys)).toEqual([10, 1_000]);
    for (const { log, objects, naive, deltaBytesPerPane, snapshotBytesPerPane } of writeUnits) {
      expect(Math.min(log, objects, naive, deltaBytesPerPane, snapshotBytesPerPane)).toBeGreaterThan(0);
    }
    expect(recovery).toMatchObject({ keys: 20_000, deltas: 32 });
    expect(recovery.heapBytesPerKey?.median).toBeGreaterThan(0);
  }, 110_000);
});

describe('the checks before the figures', () => {
  const idOf = ({ id }: Readonly<Record<string, unknown>>): string => String(id);

  it('refuse a result that differs, and a comparison of nothing', () => {
    expect(() => requireEqual(compareRows('rows', idOf, { expected: [{ id: 1, n: 2 }], actual: [{ id: 1, n: 3 }] }))).toThrow('1: n must be 2, got 3');
    expect(() => requireEqual(compareRows('rows', idOf, { expected: [], actual: [] }))).toThrow('must compare something');
    expect(() => requireSame('records', 5, 4)).toThrow('records must be 5, got 4');
  });
});

describe('rounds', () => {
  it('gives the median with the least and the most', () => {
    expect(figureOf([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 });
    expect(figureOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
  });

  it('takes ratios within a round, so that a slow one cancels out', () => {
    expect(ratioOf([10, 100, 20], [5, 50, 10])).toEqual({ median: 2, least: 2, most: 2 });
  });

  it('runs the variants in turn, forth and back, and leaves the first round out', async () => {
    const ran: string[] = [];
    const times = await interleave(2, { a: () => ran.push('a'), b: () => ran.push('b') });
    expect(ran.join('')).toBe('abbaab');
    expect([times.a.length, times.b.length]).toEqual([2, 2]);
  });
});
