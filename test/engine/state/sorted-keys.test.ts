import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  floorOf,
  inserted,
  keysFrom,
  lastOf,
  numericOrder,
  removed,
  textOrder,
  visitKeys,
  type Keys,
} from '../../../engine/state/sorted-keys.ts';

function keysIn(keys: Keys, from?: string, to?: string, order = textOrder): string[] {
  const found: string[] = [];
  visitKeys(keys, (key) => found.push(key), order, from, to);
  return found;
}

const depthOf = (keys: Keys): number =>
  keys === undefined ? 0 : 1 + Math.max(depthOf(keys.left), depthOf(keys.right));

describe('the tree of keys', () => {
  it('holds what was put into it and not taken out, in order, and says which is last', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 2 })),
        fc.array(fc.tuple(fc.boolean(), fc.string({ maxLength: 2 }))),
        (first, changes) => {
          const known = new Set(first);
          let keys = keysFrom([...known].sort());
          const before = keys;
          for (const [isPut, key] of changes) {
            keys = isPut ? inserted(keys, key, textOrder) : removed(keys, key, textOrder);
            if (isPut) known.add(key);
            else known.delete(key);
          }
          expect(keysIn(keys)).toEqual([...known].sort());
          expect(keys?.size ?? 0).toBe(known.size);
          expect(lastOf(keys)).toBe([...known].sort().at(-1));
          expect(keysIn(before)).toEqual([...new Set(first)].sort());
        },
      ),
    );
  });

  it('finds the last key that is not after another', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -50, max: 50 })),
        fc.integer({ min: -60, max: 60 }),
        (numbers, wanted) => {
          const sorted = [...numbers].sort((a, b) => a - b);
          const floor = sorted.findLast((number) => number <= wanted);
          expect(floorOf(keysFrom(sorted.map(String)), String(wanted), numericOrder)).toBe(
            floor === undefined ? undefined : String(floor),
          );
        },
      ),
    );
  });

  it('visits the keys of a range only', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -50, max: 50 })),
        fc.integer({ min: -60, max: 60 }),
        fc.nat(60),
        (numbers, from, length) => {
          const sorted = [...numbers].sort((a, b) => a - b);
          const within = sorted.filter((number) => number >= from && number <= from + length);
          expect(keysIn(keysFrom(sorted.map(String)), String(from), String(from + length), numericOrder)).toEqual(
            within.map(String),
          );
        },
      ),
    );
  });

  it('stays shallow whatever the order of changes: 100,000 keys ascending, then all but every tenth removed', () => {
    let keys: Keys;
    const names = Array.from({ length: 100_000 }, (_, i) => String(i).padStart(6, '0'));
    for (const name of names) keys = inserted(keys, name, textOrder);
    expect(depthOf(keys)).toBeLessThan(2.5 * Math.log2(100_000));
    for (const name of names) if (!name.endsWith('0')) keys = removed(keys, name, textOrder);
    expect(keys?.size).toBe(10_000);
    expect(depthOf(keys)).toBeLessThan(2.5 * Math.log2(10_000));
  });
});
