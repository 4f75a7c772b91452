import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  addNumbers,
  canonicalNumber,
  compareNumbers,
  numberBytes,
  sortableNumber,
} from '../../../local/emulators/dynamodb/number.ts';

/** A number as whole units of 10^-20. */
const units = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n });
const textOf = (value: bigint): string => `${value}e-20`;
const sign = (n: bigint | number): number => (n > 0 ? 1 : n < 0 ? -1 : 0);

describe('numbers of DynamoDB', () => {
  it('compare and add as they do without a limit', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const [left, right] = [textOf(a), textOf(b)];
        expect(sign(compareNumbers(left, right))).toBe(sign(a - b));
        const [low, high] = [sortableNumber(left), sortableNumber(right)];
        expect(low < high ? -1 : low > high ? 1 : 0).toBe(sign(a - b));
        expect(addNumbers(left, right, 1)).toBe(canonicalNumber(textOf(a + b)));
        expect(addNumbers(left, right, -1)).toBe(canonicalNumber(textOf(a - b)));
      }),
    );
  });

  it.each([
    ['0', '0', 1],
    ['-0.00', '0', 1],
    ['007', '7', 2],
    ['1E3', '1000', 2],
    ['-1.50', '-1.5', 4],
    ['123e-5', '0.00123', 3],
    ['9.9E+125', `99${'0'.repeat(124)}`, 2],
    ['1E-130', `0.${'0'.repeat(129)}1`, 2],
  ])('reads %s as %s, of %i bytes', (text, canonical, bytes) => {
    expect([canonicalNumber(text), numberBytes(text)]).toEqual([canonical, bytes]);
    expect(canonicalNumber(canonical)).toBe(canonical);
  });

  it.each(['', ' 1', '1 ', '.', 'e5', '1e', '0x1', 'NaN', 'Infinity', '1_000'])('takes no %j', (text) => {
    expect(() => canonicalNumber(text)).toThrow('The parameter cannot be converted to a numeric value');
  });
});
