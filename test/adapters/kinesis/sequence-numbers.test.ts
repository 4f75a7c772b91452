import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAbove, SequenceNumbers } from '../../../adapters/kinesis/sequence-numbers.ts';

const HEAD = '49590338271490256608559692538361571095921';

const isPlainlyOne = (text: string): boolean => /^\d{1,128}$/.test(text);

describe('sequence numbers', () => {
  const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength });

  it('are decimal numbers, whatever was read before them', () => {
    const one = fc.oneof(
      digits(20),
      digits(130),
      digits(15).map((tail) => `${HEAD}${tail.padStart(15, '0')}`),
      digits(16).map((tail) => `${HEAD}${tail}`),
      fc.string({ unit: fc.constantFrom(...'0123456789 -+.eEx_n'), maxLength: 18 }).map((tail) => `${HEAD}${tail}`),
    );
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (texts) => {
        const numbers = new SequenceNumbers();
        expect(texts.map((text) => numbers.isOne(text))).toEqual(texts.map(isPlainlyOne));
      }),
      { numRuns: 500 },
    );
  });

  it('are ordered as numbers', () => {
    const one = fc.oneof(
      digits(20),
      digits(15).map((tail) => `${HEAD}${tail.padStart(15, '0')}`),
    );
    fc.assert(fc.property(one, one, (a, b) => expect(isAbove(a, b)).toBe(BigInt(a) > BigInt(b))));
  });

  it.each(['', ' 1', '1e9', '-1', `${HEAD}00000000000001x`, `${HEAD} 0000000000001`, '1'.repeat(129)])(
    'refuses %j, which is no decimal number of 1 to 128 digits, also behind one that is',
    (text) => {
      const numbers = new SequenceNumbers();
      numbers.isOne(`${HEAD}000000000000001`);
      expect(numbers.isOne(text)).toBe(false);
    },
  );
});
