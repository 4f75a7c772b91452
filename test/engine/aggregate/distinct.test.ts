import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { approxDistinct } from '../../../engine/aggregate/distinct.ts';
import { hash53 } from '../../../engine/aggregate/hash.ts';
import { at, bytesOf, fold, keepsTheContract, resultOf, unwatched } from './contract.ts';

const rows = (ids: Iterable<unknown>) => [...ids].map((id, i) => at(i, { id }));
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const row = fc
  .oneof(fc.integer({ min: 0, max: 20 }), fc.string({ unit: 'binary', maxLength: 20 }))
  .map((id) => ({ id }));

keepsTheContract('approxDistinct, registers', approxDistinct('id', { precision: 4 }), row);
keepsTheContract('approxDistinct, few and registers', approxDistinct('id', { precision: 7 }), row);
keepsTheContract('approxDistinct, few', approxDistinct('id'), row);

describe('approxDistinct', () => {
  it('is exact for few, whatever repeats', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), { maxLength: 200 }),
        (ids) => {
          expect(resultOf(approxDistinct('id'), rows([...ids, ...ids]))).toBe(
            new Set(ids.filter((id) => id !== null)).size,
          );
        },
      ),
    );
  });

  it('is exact up to 512, then an estimate', () => {
    expect(resultOf(approxDistinct('id'), rows(upTo(512)))).toBe(512);
    expect(bytesOf(approxDistinct('id'), fold(approxDistinct('id'), rows(upTo(513))))).toHaveLength(4_096 + 2);
  });

  it.each([
    { precision: 10, n: 1_000 },
    { precision: 10, n: 5_000 },
    { precision: 12, n: 2_000 },
    { precision: 12, n: 8_000 },
  ])('stays within the error that precision $precision names, at $n values', ({ precision, n }) => {
    const one = approxDistinct('id', { precision });
    const errors = upTo(12).map((set) => unwatched(one, rows(upTo(n).map((i) => `${set}/${i}`))) / n - 1);
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const standardError = 1.04 / Math.sqrt(2 ** precision);
    // Of twelve sets: 1.6 and 1.2 standard errors are further out than one run in a thousand.
    expect(deviation).toBeLessThan(1.6 * standardError);
    expect(Math.abs(bias)).toBeLessThan(1.2 * standardError);
  });

  it('tells numbers, texts and lists of fields apart', () => {
    expect(resultOf(approxDistinct('id'), rows([1, '1', true, 'true', 'null', 0, -0, '']))).toBe(7);
    const both = approxDistinct(['a', 'b']);
    expect(resultOf(both, [at(0, { a: 'x', b: 'yz' }), at(1, { a: 'xy', b: 'z' }), at(2, { a: 'x', b: 'yz' })])).toBe(
      2,
    );
  });

  it.each<[string, unknown]>([
    ['2^53, which 2^53 + 1 is read as', 2 ** 53],
    ['an id of 64 bits', 1_285_704_473_650_888_701],
    ['the same below 0', -(2 ** 53)],
    ['1e400', Infinity],
    ['no number', NaN],
    ['an id inside a list', [1, 2 ** 60]],
    ['an id inside an object', { of: { shop: 2 ** 60 } }],
  ])('refuses %s: two different ones would count as one', (_, id) => {
    const refused = expect.objectContaining({ kind: 'data', code: 'NUMBER_NOT_EXACT' });
    expect(() => fold(approxDistinct('id'), rows([id]))).toThrow(refused);
    expect(() => fold(approxDistinct(['id', 'b']), [at(0, { id, b: 1 })])).toThrow(refused);
  });

  it('counts the largest numbers that JSON keeps, fractions, and longer ids as text', () => {
    expect(
      resultOf(
        approxDistinct('id'),
        rows([2 ** 53 - 1, 1 - 2 ** 53, 0.5, 0.25, '1285704473650888701', '1285704473650888702']),
      ),
    ).toBe(6);
  });

  it('is 0 of nothing', () => {
    expect(resultOf(approxDistinct('id'), [])).toBe(0);
  });

  it.each([3, 17, 12.5, NaN, '12'])('refuses a precision of %p', (precision) => {
    expect(() => approxDistinct('id', { precision: precision as number })).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING' }),
    );
  });
});

describe('the hash', () => {
  /** First 64 bits of MurmurHash3_x86_128 with seed 0, as other implementations have them. */
  it.each([
    ['', '0000000000000000'],
    ['a', 'a794933c5556b01b'],
    ['hello', '2b2444a0db91def7'],
    ['0123456789abcde', '3c76c46d4d0818c0'],
    ['0123456789abcdef', 'fb7d440936aed30a'],
    ['0123456789abcdefg', '7f1f9836516b3876'],
    ['The quick brown fox jumps over the lazy dog', '2f1583c3ecee2c67'],
  ])('of %p is that of others', (text, expected) => {
    expect([text, hash53(Buffer.from(text))]).toEqual([text, Number(BigInt(`0x${expected}`) >> 11n)]);
  });
});
