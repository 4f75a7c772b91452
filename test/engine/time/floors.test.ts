import { describe, expect, it } from '@jest/globals';
import { hashOfKey } from '../../../engine/codec/key-hash.ts';
import { clipFloors, remainingFloors, watermarkOf, watermarkOfHash } from '../../../engine/time/floors.ts';

const floor = { fromHash: 10n, toHash: 20n, watermarkMs: 5 };

describe('the watermark that counts for a key', () => {
  it.each([
    ['one below the range', 9n, 0],
    ['its first hash', 10n, 5],
    ['its last hash', 20n, 5],
    ['one above the range', 21n, 0],
  ])('at %s', (_, hash, expected) => {
    expect(watermarkOfHash(hash, 0, [floor])).toBe(expected);
  });

  it('is that of the partition once it is ahead of the floor', () => {
    expect(watermarkOfHash(15n, 6, [floor])).toBe(6);
  });

  it('is the highest of several floors', () => {
    expect(watermarkOfHash(15n, 0, [floor, { ...floor, watermarkMs: 7 }])).toBe(7);
  });

  it('finds the range by the hash that Kinesis routes by', () => {
    const hash = hashOfKey('ORD');
    expect(watermarkOf('ORD', 0, [{ fromHash: hash, toHash: hash, watermarkMs: 5 }])).toBe(5);
    expect(watermarkOf('DFW', 0, [{ fromHash: hash, toHash: hash, watermarkMs: 5 }])).toBe(0);
  });
});

describe('a key', () => {
  it('has the MD5 of its UTF-8 as its hash, as in the documentation of Kinesis', () => {
    expect(hashOfKey('')).toBe(0xd41d8cd98f00b204e9800998ecf8427en);
    expect(hashOfKey('a')).toBe(0x0cc175b9c0f1b6a831c399e269772661n);
  });
});

describe('a floor', () => {
  it.each([
    ['is gone when the watermark has reached it', 5, 0],
    ['stays while the watermark is one before', 4, 1],
  ])('%s', (_, watermarkMs, left) => {
    expect(remainingFloors([floor], watermarkMs)).toHaveLength(left);
  });

  it.each([
    ['left of the range', 0n, 9n, []],
    ['touching its first hash', 0n, 10n, [{ ...floor, toHash: 10n }]],
    ['inside', 12n, 15n, [{ ...floor, fromHash: 12n, toHash: 15n }]],
    ['around it', 0n, 99n, [floor]],
    ['touching its last hash', 20n, 99n, [{ ...floor, fromHash: 20n }]],
    ['right of it', 21n, 99n, []],
  ])('clipped to a range %s', (_, from, to, expected) => {
    expect(clipFloors([floor], from, to)).toEqual(expected);
  });
});
