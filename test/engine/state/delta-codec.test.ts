import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import { count, max, sum } from '../../../engine/aggregate/aggregates.ts';
import { decodeChanges, encodeChanges } from '../../../engine/state/delta-codec.ts';
import type { Entry, TableSpec } from '../../../engine/state/table.ts';
import type { TableChange } from '../../../engine/state/table-view.ts';
import { DEFAULT_EMISSION } from '../../../engine/window/emission.ts';
import type { Pane } from '../../../engine/window/panes.ts';
import { tumbling } from '../../../engine/window/tumbling-windows.ts';

const aggregates = Object.entries({ n: count(), total: sum('n'), most: max('n') }).map(([name, aggregate]) => ({
  name,
  aggregate: aggregate as Aggregate<never>,
}));
const SPECS = tumbling({ sizeMs: 10 }).operator({
  id: 'window',
  allowedLatenessMs: 0,
  aggregates,
  emission: DEFAULT_EMISSION,
}).tables as readonly TableSpec[];

type Changes = Map<number, Map<string, Entry | undefined>>;

function encode(puts: Changes, dropped: readonly number[] = []): Uint8Array {
  return encodeChanges([{ dropped: new Set(dropped), puts }], SPECS);
}

function decode(bytes: Uint8Array): TableChange {
  return decodeChanges(bytes, SPECS)[0] as TableChange;
}

/** Keys that tempt a codec: shared beginnings, emoji that share a surrogate, names of Object.prototype, long ones. */
const nastyKeys = fc.oneof(
  fc.constantFrom(
    'a',
    'aa',
    'ab',
    'aaa',
    '__proto__',
    'constructor',
    'toString',
    '0',
    '-1',
    ' ',
    '\0',
    '\n',
    '😀',
    '😁',
    '😀😀',
    '😀😁',
    'a😀',
    'a😁',
    '\ud7ff',
    '\ufeff',
    '\uffff',
    'é',
    'e\u0301',
  ),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({ unit: fc.constantFrom('a', '😀', '😁', '𐀀'), minLength: 1, maxLength: 6 }),
  fc.nat({ max: 3 }).map((n) => 'x'.repeat(2_047) + n),
);
const panes: fc.Arbitrary<Pane> = fc.record({
  revision: fc.nat(),
  unfired: fc.constant(0),
  said: fc.constant(undefined),
  accumulators: fc.tuple(
    fc.maxSafeNat(),
    fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant([5e-324, 1e300])),
    fc.option(fc.double(), { nil: undefined }),
  ),
  hash: fc.constant(0),
});
/** Undefined is a tombstone. */
const entries = fc.option(panes, { nil: undefined, freq: 4 });
const starts = fc.integer({ min: -4_000_000_000_000_000, max: 4_000_000_000_000_000 });
const groups = fc.array(
  fc.tuple(
    starts,
    fc.array(fc.tuple(nastyKeys, entries), { maxLength: 12 }).map((list) => new Map<string, Entry | undefined>(list)),
  ),
  { maxLength: 5 },
);

const paneOf = (revision: number): Pane => ({
  revision,
  unfired: 0,
  said: undefined,
  accumulators: [revision, 0.1, undefined],
  hash: 0,
});

describe('a delta', () => {
  it('comes back as it was, whatever the keys', () => {
    fc.assert(
      fc.property(groups, fc.uniqueArray(starts), (list, dropped) => {
        const puts = new Map(list);
        const decoded = decode(encode(puts, dropped));
        expect(decoded).toEqual({ dropped: new Set(dropped), puts });
        for (const [startMs, group] of decoded.puts)
          expect([...group.keys()].sort()).toEqual([...(puts.get(startMs as number)?.keys() ?? [])].sort());
      }),
    );
  });

  it('has the same bytes whatever the order in which panes were touched', () => {
    fc.assert(
      fc.property(groups, (list) => {
        const unique = [...new Map(list)];
        const reversed: Changes = new Map(unique.map(([startMs, group]) => [startMs, new Map([...group].reverse())]));
        expect(Buffer.compare(encode(reversed), encode(new Map(unique.toReversed())))).toBe(0);
      }),
    );
  });

  it('gives a pane the same hash when it is written and when it is read', () => {
    fc.assert(
      fc.property(groups, (list) => {
        const puts: Changes = new Map(list);
        const bytes = encode(puts);
        const hashes = (from: TableChange['puts']) =>
          [...from]
            .map(([startMs, group]) => [startMs, [...group].map(([key, entry]) => [key, entry?.hash]).sort()])
            .sort();
        expect(hashes(decode(bytes).puts)).toEqual(hashes(puts));
      }),
    );
  });

  it('writes shared beginnings of keys once', () => {
    const size = (keys: readonly string[]) =>
      encode(new Map([[0, new Map(keys.map((key) => [key, paneOf(1)]))]])).length;
    const prefix = 'x'.repeat(1_000);
    expect(size([`${prefix}0`, `${prefix}1`, `${prefix}2`])).toBeLessThan(size([`${prefix}0`]) + 60);
  });

  it('never divides an emoji between two keys', () => {
    const panesByKey = new Map(['😀', '😁', '😂'].map((key, i) => [key, paneOf(i + 1)]));
    expect(decode(encode(new Map([[0, panesByKey]]))).puts.get(0)).toEqual(panesByKey);
  });

  it('leaves out tables without a change', () => {
    const specs = [...SPECS, ...SPECS];
    const nothing = { dropped: new Set<number>(), puts: new Map() };
    expect(encodeChanges([nothing, nothing], specs)).toEqual(Uint8Array.of(0));
    expect(decodeChanges(Uint8Array.of(0), specs)).toEqual([nothing, nothing]);
  });

  it('is refused when it was cut off, at every place', () => {
    const bytes = encode(
      new Map([
        [
          10,
          new Map<string, Entry | undefined>([
            ['a', paneOf(3)],
            ['ab', paneOf(300)],
            ['gone', undefined],
          ]),
        ],
      ]),
      [0],
    );
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decode(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'CORRUPT_BYTES' }));
    }
  });
});
