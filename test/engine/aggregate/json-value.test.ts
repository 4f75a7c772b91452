import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { toAttributeValue } from '../../../adapters/dynamodb/attribute-value.ts';
import { itemBytes } from '../../../adapters/dynamodb/item-size.ts';
import { readJson, storedBytes, toJsonValue, writeJson, type JsonValue } from '../../../engine/aggregate/json-value.ts';
import { ByteReader, ByteWriter } from '../../../engine/codec/bytes.ts';

const anything = fc.jsonValue({ stringUnit: 'binary' });
const value = fc
  .oneof(anything, fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((given) => cleanOr(given, null));

/** JSON has objects that no table can hold. */
function cleanOr(given: unknown, otherwise: JsonValue): JsonValue {
  try {
    return toJsonValue(given, 'value');
  } catch {
    return otherwise;
  }
}

function bytesOf(given: JsonValue): Uint8Array {
  const writer = new ByteWriter();
  writeJson(writer, given);
  return writer.finish();
}

describe('a value of a result', () => {
  it('comes back from its bytes, and from JSON', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(readJson(new ByteReader(bytesOf(given)))).toEqual(given);
        expect(JSON.parse(JSON.stringify(given))).toEqual(given);
      }),
    );
  });

  it('has the same bytes whatever the order of its names', () => {
    expect(bytesOf({ a: 1, b: [{ c: 2, d: 3 }] })).toEqual(bytesOf({ b: [{ d: 3, c: 2 }], a: 1 }));
    expect(JSON.stringify(toJsonValue({ b: 1, a: 2 }, 'value'))).toBe('{"a":2,"b":1}');
  });

  it('has other bytes when it is another', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(Buffer.compare(bytesOf(a), bytesOf(b)) === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('takes no more bytes in a table than said', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(itemBytes({ v: toAttributeValue(given) }) - 1).toBeLessThanOrEqual(storedBytes(given));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', 0],
    ['a', 1],
    ['é', 2],
    ['€', 3],
    ['😀', 4],
  ])('%p takes %d bytes', (text, bytes) => {
    expect(storedBytes(text)).toBe(bytes);
    expect(Buffer.byteLength(text)).toBe(bytes);
  });

  it('keeps the name __proto__ as a name', () => {
    const given = toJsonValue(JSON.parse('{"__proto__":{"a":1}}'), 'value');
    expect(JSON.stringify(readJson(new ByteReader(bytesOf(given))))).toBe('{"__proto__":{"a":1}}');
  });

  it('has 16 levels at most', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(toJsonValue(nested(16), 'value')).toEqual(nested(16));
    expect(() => toJsonValue(nested(17), 'tree')).toThrow(
      'tree must be a value that JSON can hold, got more than 16 levels; convert it in the schema',
    );
  });

  it('is not read from bytes of something else', () => {
    expect(() => readJson(new ByteReader(Uint8Array.of(99)))).toThrow(
      expect.objectContaining({ kind: 'internal', code: 'CORRUPT_BYTES' }),
    );
  });
});
