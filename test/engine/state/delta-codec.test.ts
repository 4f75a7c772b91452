import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import { count, max, sum } from '../../../engine/aggregate/aggregates.ts';
import { decodeChanges, encodeChanges } from '../../../engine/state/delta-codec.ts';
import type { Pane, PaneGroup } from '../../../engine/state/partition-state.ts';

const AGGREGATES = [count(), sum('n'), max('n')] as readonly Aggregate<never>[];

/** Keys that tempt a codec: shared beginnings, emoji that share a surrogate, names of Object.prototype, long ones. */
const nastyKeys = fc.oneof(
  fc.constantFrom('a', 'aa', 'ab', 'aaa', '__proto__', 'constructor', 'toString', '0', '-1', ' ', '\0', '\n', '😀', '😁', '😀😀', '😀😁', 'a😀', 'a😁', '\ud7ff', '\ufeff', '\uffff', 'é', 'e\u0301'),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({ unit: fc.constantFrom('a', '😀', '😁', '𐀀'), minLength: 1, maxLength: 6 }),
  fc.nat({ max: 3 }).map((n) => 'x'.repeat(2_047) + n),
);
const panes: fc.Arbitrary<Pane> = fc.record({
  revision: fc.nat(),
  accumulators: fc.tuple(fc.maxSafeNat(), fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant([5e-324, 1e300])), fc.option(fc.double(), { nil: undefined })),
  hash: fc.constant(0),
});
const starts = fc.integer({ min: -4_000_000_000_000_000, max: 4_000_000_000_000_000 });
const groups = fc.array(fc.tuple(starts, fc.array(fc.tuple(nastyKeys, panes), { maxLength: 12 }).map((entries): PaneGroup => new Map(entries))), { maxLength: 5 });

const paneOf = (revision: number): Pane => ({ revision, accumulators: [revision, 0.1, undefined], hash: 0 });

describe('a delta', () => {
  it('comes back as it was, whatever the keys', () => {
    fc.assert(fc.property(groups, fc.array(starts), (entries, closed) => {
      const changes = { panes: new Map(entries), closed };
      const decoded = decodeChanges(encodeChanges(changes, AGGREGATES), AGGREGATES);
      expect(decoded).toEqual(changes);
      for (const [startMs, group] of decoded.panes) expect([...group.keys()].sort()).toEqual([...(changes.panes.get(startMs)?.keys() ?? [])].sort());
    }));
  });

  it('has the same bytes whatever the order in which panes were touched', () => {
    fc.assert(fc.property(groups, (entries) => {
      const panesOf = (list: typeof entries) => new Map(list.map(([startMs, group]) => [startMs, new Map([...group].reverse())]));
      const unique = [...new Map(entries)];
      const forwards = encodeChanges({ panes: panesOf(unique), closed: [] }, AGGREGATES);
      const backwards = encodeChanges({ panes: new Map(unique.toReversed()), closed: [] }, AGGREGATES);
      expect(Buffer.compare(forwards, backwards)).toBe(0);
    }));
  });

  it('gives a pane the same hash when it is written and when it is read', () => {
    fc.assert(fc.property(groups, (entries) => {
      const changes = { panes: new Map(entries), closed: [] };
      const bytes = encodeChanges(changes, AGGREGATES);
      const hashes = (from: ReadonlyMap<number, PaneGroup>) => [...from].map(([startMs, group]) => [startMs, [...group].map(([key, { hash }]) => [key, hash]).sort()]).sort();
      expect(hashes(decodeChanges(bytes, AGGREGATES).panes)).toEqual(hashes(changes.panes));
    }));
  });

  it('writes shared beginnings of keys once', () => {
    const group = (keys: readonly string[]) => encodeChanges({ panes: new Map([[0, new Map(keys.map((key) => [key, paneOf(1)]))]]), closed: [] }, AGGREGATES).length;
    const prefix = 'x'.repeat(1_000);
    expect(group([`${prefix}0`, `${prefix}1`, `${prefix}2`])).toBeLessThan(group([`${prefix}0`]) + 60);
  });

  it('never divides an emoji between two keys', () => {
    const panesByKey = new Map(['😀', '😁', '😂'].map((key, i) => [key, paneOf(i + 1)]));
    const bytes = encodeChanges({ panes: new Map([[0, panesByKey]]), closed: [] }, AGGREGATES);
    expect(decodeChanges(bytes, AGGREGATES).panes.get(0)).toEqual(panesByKey);
  });

  it('is refused when it was cut off, at every place', () => {
    const bytes = encodeChanges({ panes: new Map([[10, new Map([['a', paneOf(3)], ['ab', paneOf(300)]])]]), closed: [0] }, AGGREGATES);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeChanges(bytes.subarray(0, length), AGGREGATES)).toThrow(expect.objectContaining({ code: 'CORRUPT_BYTES' }));
    }
  });
});
