import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { histogram } from '../../../engine/aggregate/histogram.ts';
import { at, keepsTheContract, resultOf } from './contract.ts';

const rows = (numbers: readonly number[]) => numbers.map((n, i) => at(i, { n }));
const number = fc.oneof(fc.integer({ min: -5, max: 15 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const bounds = fc
  .uniqueArray(number, { minLength: 1, maxLength: 20 })
  .map((list) => list.map((n) => n + 0).sort((a, b) => a - b));

keepsTheContract(
  'histogram',
  histogram('n', { bounds: [0, 10] }),
  number.map((n) => ({ n })),
);

describe('histogram', () => {
  it('counts a number at a bound into the interval that begins there', () => {
    expect(resultOf(histogram('n', { bounds: [0, 10] }), rows([-1e300, -0.1, 0, -0, 9.9, 10, 11]))).toEqual([2, 3, 2]);
    expect(resultOf(histogram('n', { bounds: [0] }), [])).toEqual([0, 0]);
  });

  it('counts each number once, where a look at each interval finds it', () => {
    fc.assert(
      fc.property(
        bounds.filter((list) => new Set(list).size === list.length),
        fc.array(number),
        (list, numbers) => {
          const edges = [-Infinity, ...list, Infinity];
          const expected = edges
            .slice(1)
            .map((to, i) => numbers.filter((n) => n >= (edges[i] as number) && n < to).length);
          expect(resultOf(histogram('n', { bounds: list }), rows(numbers))).toEqual(expected);
        },
      ),
    );
  });

  it.each([[[]], [[1, 1]], [[2, 1]], [[NaN]], [[0, Infinity]], [Array.from({ length: 1_001 }, (_, i) => i)], ['5']])(
    'refuses the bounds %j',
    (list) => {
      expect(() => histogram('n', { bounds: list as readonly number[] })).toThrow(
        expect.objectContaining({ kind: 'invalid', code: 'INVALID_SETTING' }),
      );
    },
  );
});
