import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ByteReader, ByteWriter } from '../../../engine/codec/bytes.ts';

const LIMIT = 2 ** 50;
const EDGES = [
  0,
  -0,
  1,
  -1,
  63,
  64,
  -64,
  127,
  128,
  LIMIT - 1,
  LIMIT,
  LIMIT + 1,
  -LIMIT,
  -LIMIT + 1,
  2 ** 53,
  -(2 ** 53),
  2 ** 53 - 1,
  0.1,
  -0.5,
  1e308,
  -1e308,
  5e-324,
  Number.MAX_VALUE,
  Infinity,
  -Infinity,
  NaN,
];

function written(write: (writer: ByteWriter) => void): ByteReader {
  const writer = new ByteWriter();
  write(writer);
  return new ByteReader(writer.finish());
}

describe('a number', () => {
  it.each(EDGES)('%d comes back bit for bit', (value) => {
    const reader = written((writer) => writer.number(value));
    expect(Object.is(reader.number(), value)).toBe(true);
    expect(reader.atEnd).toBe(true);
  });

  it('comes back bit for bit, whatever double or integer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double(), fc.maxSafeInteger(), fc.integer(), fc.constantFrom(...EDGES, undefined))),
        (values) => {
          const reader = written((writer) => values.forEach((value) => writer.number(value)));
          for (const value of values) expect(Object.is(reader.number(), value)).toBe(true);
          expect(reader.atEnd).toBe(true);
        },
      ),
    );
  });

  it.each([
    { value: 0, bytes: 1 },
    { value: 15, bytes: 1 },
    { value: -16, bytes: 1 },
    { value: 16, bytes: 2 },
    { value: 0.1, bytes: 9 },
  ])('$value takes $bytes bytes', ({ value, bytes }) => {
    const writer = new ByteWriter();
    writer.number(value);
    expect(writer.length).toBe(bytes);
  });

  it('that may be absent is told from 0, and refused where it must be there', () => {
    expect(written((writer) => writer.number(undefined)).number()).toBeUndefined();
    expect(() => written((writer) => writer.number(undefined)).definedNumber()).toThrow(
      expect.objectContaining({ code: 'CORRUPT_BYTES' }),
    );
  });
});

describe('a varint', () => {
  it('comes back for any whole number up to 2^53 - 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 127, 128, 16_383, 16_384, 2 ** 53 - 1))),
        (values) => {
          const reader = written((writer) => values.forEach((value) => writer.varint(value)));
          expect(values.map(() => reader.varint())).toEqual(values);
          expect(reader.atEnd).toBe(true);
        },
      ),
    );
  });
});

describe('text and blobs', () => {
  it('come back whatever their content and length', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 3_000 }))), (values) => {
        const reader = written((writer) =>
          values.forEach((value) => (typeof value === 'string' ? writer.string(value) : writer.blob(value))),
        );
        for (const value of values) {
          if (typeof value === 'string') expect(reader.string()).toBe(value);
          else expect(Buffer.compare(reader.blob(), value)).toBe(0);
        }
        expect(reader.atEnd).toBe(true);
      }),
    );
  });

  it('keep a byte order mark', () => {
    expect(written((writer) => writer.string('\ufeffa')).string()).toBe('\ufeffa');
  });

  it('give what is left after a header', () => {
    const reader = written((writer) => {
      writer.string('header');
      writer.raw(Uint8Array.of(1, 2, 3));
    });
    reader.string();
    expect([...reader.rest()]).toEqual([1, 2, 3]);
  });
});

it('refuses bytes that were cut off, at every place', () => {
  const writer = new ByteWriter();
  writer.number(0.5);
  writer.string('window');
  writer.varint(100_000);
  const whole = writer.finish();
  for (let length = 0; length < whole.length; length++) {
    const reader = new ByteReader(whole.subarray(0, length));
    expect(() => [reader.number(), reader.string(), reader.varint()]).toThrow(
      expect.objectContaining({ kind: 'internal', code: 'CORRUPT_BYTES' }),
    );
  }
});

describe('a writer that is cleared', () => {
  it('writes as a new one does', () => {
    const writer = new ByteWriter();
    writer.string('before');
    writer.clear();
    writer.number(0.1);
    expect(writer.finish()).toEqual(written((fresh) => fresh.number(0.1)).rest());
  });
});
