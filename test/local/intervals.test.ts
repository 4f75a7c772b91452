import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addInterval, missingFrom, totalLength, type Interval, type Intervals } from '../../local/feeder/intervals.ts';

describe('intervals', () => {
  it.each([
    ['nothing sent', [], [0, 10], [[0, 10]]],
    ['all sent', [[0, 10]], [2, 5], []],
    ['the rest', [[0, 10]], [0, 20], [[10, 20]]],
    [
      'gaps',
      [
        [2, 4],
        [6, 8],
      ],
      [0, 10],
      [
        [0, 2],
        [4, 6],
        [8, 10],
      ],
    ],
  ] as ReadonlyArray<[string, Intervals, Interval, Intervals]>)(
    'tell what is missing: %s',
    (_, sent, wanted, expected) => {
      expect(missingFrom(sent, wanted)).toEqual(expected);
    },
  );

  it('say the same as a set of positions', () => {
    const interval = fc.tuple(fc.nat(20), fc.nat(20));
    fc.assert(
      fc.property(fc.array(interval), interval, (added, wanted) => {
        const positions = new Set<number>();
        for (const [start, end] of added) for (let i = start; i < end; i++) positions.add(i);
        const sent = added.reduce<Intervals>(addInterval, []);
        expect(totalLength(sent)).toBe(positions.size);
        const missing = new Set<number>();
        for (const [start, end] of missingFrom(sent, wanted)) for (let i = start; i < end; i++) missing.add(i);
        for (let i = 0; i < 20; i++) expect(missing.has(i)).toBe(i >= wanted[0] && i < wanted[1] && !positions.has(i));
      }),
    );
  });
});
