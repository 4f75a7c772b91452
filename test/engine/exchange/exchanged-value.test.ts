import { describe, expect, it } from '@jest/globals';
import { checkedExchanged } from '../../../engine/value/emitted.ts';

const refusal = (value: unknown): unknown => {
  try {
    checkedExchanged(value);
    return 'taken';
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

describe('a record for the exchange', () => {
  it.each<readonly [string, unknown, unknown]>([
    ['of a few fields', { n: -0.5, t: 'é', b: false, none: null }, { n: -0.5, t: 'é', b: false, none: null }],
    ['with a field that is undefined', { n: 1, gone: undefined }, { n: 1 }],
    ['with lists and objects', { n: 1, list: [{ a: [] }] }, { n: 1, list: [{ a: [] }] }],
    ['with text that UTF-8 cannot hold', { t: 'a\ud800' }, { t: 'a\ufffd' }],
    ['with a name that UTF-8 cannot hold', { 'a\ud800': 1 }, { 'a\ufffd': 1 }],
    ['with long texts', { t: 'x'.repeat(20_000) }, { t: 'x'.repeat(20_000) }],
    ['without fields', {}, {}],
    ['that is a text', 'text', 'text'],
  ])('is copied as plain data, frozen: %s', (_what, value, expected) => {
    const copy = checkedExchanged(value);
    expect(copy).toStrictEqual(expected);
    expect(Object.isFrozen(copy)).toBe(true);
    if (typeof value === 'object') expect(copy).not.toBe(value);
  });

  it('keeps a name that cannot be assigned to', () => {
    const value: unknown = JSON.parse('{"__proto__":1,"a":2}');
    expect(JSON.stringify(checkedExchanged(value))).toBe('{"__proto__":1,"a":2}');
  });

  it.each<readonly [string, unknown, string]>([
    ['NaN', { n: Number.NaN }, 'VALUE_NOT_JSON'],
    ['a big integer', { n: 1n }, 'VALUE_NOT_JSON'],
    ['a date', { at: new Date(0) }, 'VALUE_NOT_JSON'],
    ['a form of its own', { n: 1, toJSON: () => 'other' }, 'VALUE_NOT_JSON'],
    [
      'fields of a class',
      new (class Reading {
        n = 1;
      })(),
      'VALUE_NOT_JSON',
    ],
    ['more than a line of the lake takes', { t: 'x'.repeat(1_100_000) }, 'VALUE_TOO_LARGE'],
    [
      'the same in many fields',
      Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`t${i}`, 'x'.repeat(9_900)])),
      'VALUE_TOO_LARGE',
    ],
  ])('is refused with %s', (_what, value, code) => {
    expect(refusal(value)).toBe(code);
  });

  it('is refused with a form of its own that no enumeration shows', () => {
    const value = { n: 1 };
    Object.defineProperty(value, 'toJSON', { value: () => 'other' });
    expect(refusal(value)).toBe('VALUE_NOT_JSON');
  });
});
