import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addExactly, mergeExactly, partialsOf, roundSum, type ExactSum } from '../../../engine/aggregate/exact-sum.ts';
import { exactTotal, nearestDouble, unitsOf } from '../support/exact.ts';

const summed = (values: readonly number[]): ExactSum => values.reduce<ExactSum>(addExactly, 0);

/** Far enough from the largest double that no sum of a hundred leaves the range. */
const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });
const decimals = fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 100);
const huge = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(Number);
const cancelling = fc.constantFrom(
  1e300,
  -1e300,
  1,
  -1,
  2 ** 53,
  -(2 ** 53),
  0.1,
  -0.1,
  5e-324,
  -5e-324,
  2 ** 52 + 0.5,
  2 ** -53,
);
const values = fc.oneof(
  ...[anyDouble, decimals, huge, cancelling, fc.maxSafeInteger()].map((number) => fc.array(number, { maxLength: 40 })),
  fc.array(fc.oneof(anyDouble, decimals, huge, cancelling), { maxLength: 40 }),
);

/** Sums the values in a tree that `cuts` decides. */
function treeSum(list: readonly number[], cuts: readonly number[]): ExactSum {
  if (list.length < 2) return summed(list);
  const cut = 1 + ((cuts[0] ?? 0) % (list.length - 1));
  return mergeExactly(treeSum(list.slice(0, cut), cuts.slice(1)), treeSum(list.slice(cut), cuts.slice(2)));
}

describe('the reference of these tests', () => {
  it('takes a double apart and puts it together again', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(nearestDouble(unitsOf(value))).toBe(value + 0);
      }),
    );
  });

  it('rounds half to even', () => {
    expect(nearestDouble(unitsOf(2 ** 53) + unitsOf(1))).toBe(2 ** 53);
    expect(nearestDouble(unitsOf(2 ** 53) + unitsOf(3))).toBe(2 ** 53 + 4);
  });
});

describe('an exact sum', () => {
  it('is the double nearest to the true sum, in the order given, backwards and in any tree', () => {
    fc.assert(
      fc.property(values, fc.array(fc.nat(), { maxLength: 20 }), (list, cuts) => {
        const exact = exactTotal(list);
        expect(roundSum(summed(list)) + 0).toBe(exact + 0);
        expect(roundSum(summed(list.toReversed())) + 0).toBe(exact + 0);
        expect(roundSum(treeSum(list, cuts)) + 0).toBe(exact + 0);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    { list: Array.from({ length: 10 }, () => 0.1), total: 1 },
    { list: [0.1, 0.2, -0.3], total: 2 ** -55 },
    { list: [2 ** 53, 1, 1], total: 2 ** 53 + 2 },
    { list: [1, 2 ** 53, 1], total: 2 ** 53 + 2 },
    { list: [1e300, 1, -1e300], total: 1 },
    { list: [2 ** 53, 1, 2 ** -1000], total: 2 ** 53 + 2 },
    { list: [2 ** 53, 1, -(2 ** -1000)], total: 2 ** 53 },
    { list: [], total: 0 },
    { list: [-0], total: 0 },
    { list: [0.5, -0.5], total: 0 },
  ])('of $list is $total', ({ list, total }) => {
    expect(roundSum(summed(list))).toBe(total);
  });

  it('keeps one number as long as that is exact', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (integers) => {
        expect(typeof summed(integers)).toBe('number');
      }),
    );
  });

  it('keeps few partial sums, in ascending magnitude, however many values', () => {
    fc.assert(
      fc.property(fc.array(anyDouble, { maxLength: 200 }), (list) => {
        const magnitudes = partialsOf(summed(list)).map(Math.abs);
        expect(magnitudes).toEqual([...magnitudes].sort((a, b) => a - b));
        expect(magnitudes.length).toBeLessThanOrEqual(41);
      }),
    );
  });

  it('has one form, whatever the order and the tree', () => {
    fc.assert(
      fc.property(values, fc.array(fc.nat(), { maxLength: 20 }), (list, cuts) => {
        const sum = summed(list);
        expect(summed(list.toReversed())).toEqual(sum);
        expect(treeSum(list, cuts)).toEqual(sum);
        expect(partialsOf(sum).reduce((units, partial) => units + unitsOf(partial), 0n)).toBe(
          list.reduce((units, value) => units + unitsOf(value), 0n),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the accumulator as it was', () => {
    const sum = Object.freeze(addExactly(addExactly(0, 1e16), 0.1)) as readonly number[];
    const copy = [...sum];
    addExactly(sum, -1e16);
    mergeExactly(sum, sum);
    expect(sum).toEqual(copy);
  });

  it.each([
    [Number.MAX_VALUE, Number.MAX_VALUE],
    [-Number.MAX_VALUE, -Number.MAX_VALUE],
    [Number.MAX_VALUE, 2 ** 970],
  ])('of %d and %d leaves the range of doubles, which is a fault of the data', (a, b) => {
    expect(() => summed([a, b])).toThrow(expect.objectContaining({ kind: 'data', code: 'SUM_TOO_LARGE' }));
  });

  it('may come as near to the range as doubles go', () => {
    expect(roundSum(summed([Number.MAX_VALUE, 2 ** 969]))).toBe(Number.MAX_VALUE);
  });
});
