import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { count, countIf, max, mean, min, sum, sumExact } from '../../../engine/aggregate/aggregates.ts';
import { exactTotal, isNearest, unitsOf } from '../support/exact.ts';
import { at, fold, keepsTheContract, resultOf } from './contract.ts';

interface Row {
  readonly n: number;
}

const rows = (numbers: readonly number[]) => numbers.map((n, i) => at(i, { n }));
const number = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -0, 2 ** 53, -(2 ** 53), 0.1, 5e-324),
  fc.integer().map((n) => n / 100),
  fc.double({ noNaN: true, min: -1e200, max: 1e200 }),
);
const numbers = fc.array(number, { minLength: 1, maxLength: 30 });
const row = number.map((n): Row => ({ n }));

keepsTheContract('count', count(), row);
keepsTheContract(
  'countIf',
  countIf(({ n }: Row) => n > 0),
  row,
);
keepsTheContract('sum', sum('n'), row);
keepsTheContract(
  'sumExact',
  sumExact('n'),
  fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(10n ** 299n), max: 10n ** 299n })).map((n) => ({ n })),
);
keepsTheContract('min', min('n'), row);
keepsTheContract('max', max('n'), row);
keepsTheContract('mean', mean('n'), row);

describe('the aggregates', () => {
  it('are what their names say', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const results = [count(), countIf(({ n }: Row) => n > 0), sum('n'), min('n'), max('n')].map((one) =>
          resultOf(one, rows(list)),
        );
        expect(results).toEqual([
          list.length,
          list.filter((n) => n > 0).length,
          exactTotal(list),
          Math.min(...list),
          Math.max(...list),
        ]);
      }),
    );
  });

  it('have no least, most and mean before the first record', () => {
    for (const one of [min('n'), max('n'), mean('n')]) expect(resultOf(one, [])).toBeUndefined();
  });

  it.each(['5', NaN, Infinity, -Infinity, {}])('sum, min, max and mean refuse %p in place of a number', (n) => {
    for (const one of [sum('n'), min('n'), max('n'), mean('n')]) {
      expect(() => one.extract({ n: n as number }, { eventTimeMs: 0 })).toThrow(
        expect.objectContaining({ kind: 'data', code: 'NOT_A_NUMBER' }),
      );
    }
  });

  it.each([1e288, -1e288, Number.MAX_VALUE])(
    'sum and mean refuse %d, whatever came before it: no order of the records overflows',
    (n) => {
      for (const one of [sum('n'), mean('n')]) {
        expect(() => fold(one, rows([-n, n]))).toThrow(
          expect.objectContaining({
            kind: 'data',
            code: 'NUMBER_TOO_LARGE',
            message: 'n must be below 1e+288 in magnitude, got a larger one; aggregate it in a larger unit',
          }),
        );
      }
      expect(resultOf(max('n'), rows([n]))).toBe(n);
    },
  );
});

describe('mean', () => {
  it('is the double nearest to the exact mean', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const total = list.reduce((units, n) => units + unitsOf(n), 0n);
        expect(isNearest(resultOf(mean('n'), rows(list)) as number, total, BigInt(list.length) << 1074n)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is not the rounded sum by the count', () => {
    const list = [-5.491838128104488e157, 0, 3.548185581567865e174, -1, 0];
    expect(resultOf(mean('n'), rows(list))).not.toBe(exactTotal(list) / list.length);
  });
});

describe('sumExact', () => {
  it('keeps every digit beyond 2^53', () => {
    expect(resultOf(sumExact('n'), rows([2 ** 53, 1, 1, 1]))).toBe('9007199254740995');
    expect(resultOf(sumExact('n'), [at(0, { n: 10n ** 40n }), at(1, { n: -1n })])).toBe(
      '9999999999999999999999999999999999999999',
    );
  });

  it('is 0 before the first record', () => {
    expect(resultOf(sumExact('n'), [])).toBe('0');
  });

  it.each([0.5, '5', NaN, 1e300, -(10n ** 300n)])('refuses %p', (n) => {
    expect(() => sumExact('n').extract({ n: n as number }, { eventTimeMs: 0 })).toThrow(
      expect.objectContaining({ kind: 'data', code: 'NOT_AN_INTEGER' }),
    );
  });
});
