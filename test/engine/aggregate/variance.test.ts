import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { standardDeviation, variance } from '../../../engine/aggregate/variance.ts';
import { isNearest, unitsOf } from '../support/exact.ts';
import { at, keepsTheContract, resultOf } from './contract.ts';

const rows = (numbers: readonly number[]) => numbers.map((n, i) => at(i, { n }));
const number = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -0, 1e9, 2 ** 53, 1e143),
  fc.integer().map((n) => n / 100),
  fc.double({ noNaN: true, min: -1e60, max: 1e60 }),
);
const row = number.map((n) => ({ n }));

keepsTheContract('variance', variance('n', { of: 'sample' }), row);
keepsTheContract('standardDeviation', standardDeviation('n', { of: 'population' }), row);

/** As defined, from the deviations, in whole numbers of 2^-2148 / n². */
function exactly(list: readonly number[], withheld: number): readonly [bigint, bigint] {
  const units = list.map(unitsOf);
  const n = BigInt(list.length);
  const sum = units.reduce((a, b) => a + b, 0n);
  const deviations = units.reduce((total, value) => total + (n * value - sum) ** 2n, 0n);
  return [deviations, (n * n * (n - BigInt(withheld))) << 2148n];
}

describe('variance', () => {
  it('is the double nearest to the exact one, of a population and of a sample', () => {
    fc.assert(
      fc.property(
        fc.array(
          number.filter((n) => n === 0 || Math.abs(n) > 1e-140),
          { minLength: 2, maxLength: 20 },
        ),
        (list) => {
          expect(
            isNearest(resultOf(variance('n', { of: 'population' }), rows(list)) as number, ...exactly(list, 0)),
          ).toBe(true);
          expect(isNearest(resultOf(variance('n', { of: 'sample' }), rows(list)) as number, ...exactly(list, 1))).toBe(
            true,
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('loses no digit to a large mean', () => {
    expect(resultOf(variance('n', { of: 'sample' }), rows([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]))).toBe(30);
    expect(resultOf(variance('n', { of: 'population' }), rows([2 ** 53, 2 ** 53 + 2]))).toBe(1);
  });

  it('is never below zero, even of squares that no double can hold', () => {
    expect(resultOf(variance('n', { of: 'population' }), rows([1e-200, 1e-200]))).toBe(0);
    expect(resultOf(variance('n', { of: 'population' }), rows([0.1, 0.1, 0.1]))).toBe(0);
  });

  it('of one record is 0 for a population and unknown for a sample; of none it is unknown', () => {
    expect(resultOf(variance('n', { of: 'population' }), rows([5]))).toBe(0);
    expect(resultOf(variance('n', { of: 'sample' }), rows([5]))).toBeUndefined();
    expect(resultOf(variance('n', { of: 'population' }), [])).toBeUndefined();
  });

  it('refuses numbers whose squares might overflow in some order', () => {
    expect(() => variance('n', { of: 'sample' }).extract({ n: 1e144 }, { eventTimeMs: 0 })).toThrow(
      expect.objectContaining({ code: 'NUMBER_TOO_LARGE' }),
    );
  });

  it('wants to know of what', () => {
    expect(() => variance('n', {} as { of: 'sample' })).toThrow(
      "of must be 'population' or 'sample', got undefined; pass { of: 'sample' } when the records stand for more than themselves",
    );
  });
});

describe('standardDeviation', () => {
  it('is the square root of the variance', () => {
    expect(resultOf(standardDeviation('n', { of: 'population' }), rows([2, 4, 4, 4, 5, 5, 7, 9]))).toBe(2);
    expect(resultOf(standardDeviation('n', { of: 'sample' }), rows([5]))).toBeUndefined();
  });
});
