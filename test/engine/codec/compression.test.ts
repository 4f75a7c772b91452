import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compress, decompress } from '../../../engine/codec/compression.ts';

const CORRUPT = expect.objectContaining({ kind: 'internal', code: 'CORRUPT_BYTES' });

describe('compression', () => {
  it('gives back any bytes, with one byte more at most', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 5_000 })).map(([byte, length]) => new Uint8Array(length).fill(byte)),
    );
    fc.assert(
      fc.property(bytes, (plain) => {
        const packed = compress(plain);
        expect(Buffer.compare(decompress(packed), plain)).toBe(0);
        expect(packed.length).toBeLessThanOrEqual(plain.length + 1);
      }),
    );
  });

  it('makes repeated bytes short', () => {
    expect(compress(new Uint8Array(100_000)).length).toBeLessThan(100);
  });

  it('gives equal bytes for equal bytes', () => {
    const plain = Uint8Array.from({ length: 1_000 }, (_, i) => i % 7);
    expect(Buffer.compare(compress(plain), compress(new Uint8Array(plain)))).toBe(0);
  });

  it.each([
    ['no bytes at all', new Uint8Array()],
    ['an unknown tag', Uint8Array.of(9, 1, 2)],
    ['no zstd behind the tag of zstd', Uint8Array.of(1, 1, 2, 3)],
    ['nothing behind the tag of zstd', Uint8Array.of(1)],
    ['a zstd frame that was cut off', compress(new Uint8Array(1_000)).slice(0, -3)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decompress(bytes)).toThrow(CORRUPT);
  });

  it('refuses a compressed body in which one byte was changed', () => {
    const plain = new TextEncoder().encode(
      JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ key: `key-${i}`, watermarkMs: i * 37 }))),
    );
    const packed = compress(plain);
    expect(packed.length).toBeLessThan(plain.length);
    for (let at = 1; at < packed.length; at++) {
      const damaged = new Uint8Array(packed);
      damaged[at] = (damaged[at] as number) ^ 0x10;
      let read: Uint8Array = new Uint8Array();
      try {
        read = decompress(damaged);
      } catch (error) {
        expect(error).toEqual(CORRUPT);
        continue;
      }
      expect(Buffer.compare(read, plain)).toBe(0);
    }
  });
});
