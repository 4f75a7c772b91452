import { describe, expect, it } from '@jest/globals';
import { requireEqual, requireSame } from '../../bench/equality.ts';
import { NOT_THE_SAME, peersText } from '../../bench/peers/report.ts';
import { figureOf, interleave, measureInTurn, ratioOf } from '../../bench/rounds.ts';
import { compareRows } from '../verify/compare.ts';

describe('the checks before the figures', () => {
  const idOf = ({ id }: Readonly<Record<string, unknown>>): string => String(id);

  it('refuse a result that differs, and a comparison of nothing', () => {
    expect(() =>
      requireEqual(compareRows('rows', idOf, { expected: [{ id: 1, n: 2 }], actual: [{ id: 1, n: 3 }] })),
    ).toThrow('1: n must be 2, got 3');
    expect(() => requireEqual(compareRows('rows', idOf, { expected: [], actual: [] }))).toThrow(
      'must compare something',
    );
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
  it('takes what each variant says of itself, after as many rounds of warming up as are asked for', async () => {
    let called = 0;
    const times = await measureInTurn({ rounds: 2, warmUp: 3 }, { a: () => Promise.resolve((called += 1)) });
    expect(times).toEqual({ a: [4, 5] });
  });
});

describe('the report of the peers', () => {
  it('shows goal, figure, spread and machine, and what is not the same', () => {
    const figure = { median: 1.5, least: 1, most: 2 };
    const text = peersText({
      records: 1_000,
      rounds: 3,
      batchSize: 100,
      windows: 50,
      machine: 'a processor, 2 processors',
      versions: { flink: 'Flink 0', duckdb: '0', node: '0' },
      bare: figure,
      engine: figure,
      guarded: figure,
      flink: figure,
      flinkReuse: figure,
      duckdb: figure,
      checkpointsPerSecond: figure,
      engineByFlink: { median: 0.9, least: 0.8, most: 1.1 },
      engineByFlinkReuse: figure,
      guardedByFlinkReuse: figure,
      engineByDuckdb: figure,
      engineByBare: figure,
    });
    expect(text).toMatch(/engine \/ Flink +│ at least 1\.0 │ +0\.900 │ 0\.800 – 1\.100/);
    expect(text).toContain('Machine: a processor, 2 processors');
    for (const what of NOT_THE_SAME) expect(text).toContain(what);
  });
});
