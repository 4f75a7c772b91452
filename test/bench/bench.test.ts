import { describe, expect, it } from '@jest/globals';
import { requireEqual, requireSame } from '../../bench/equality.ts';
import { figureOf, interleave, ratioOf } from '../../bench/rounds.ts';
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
});
