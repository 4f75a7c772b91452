import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ByteWriter, type ByteReader } from '../../../../engine/codec/bytes.ts';
import { addHash, EMPTY_HASH, GroupHash, seedOf } from '../../../../engine/state/hash.ts';
import { PackedEntries } from '../../../../engine/state/packed/packed-entries.ts';
import { PackedKey } from '../../../../engine/state/packed/packed-key.ts';
import { combineRuns, type Run } from '../../../../engine/state/packed/run.ts';
import { Segment } from '../../../../engine/state/packed/segment.ts';
import type { Entry, TableSpec } from '../../../../engine/state/table.ts';

interface Count extends Entry {
  readonly count: number;
}

const SPEC = {
  name: 'counts',
  routedBy: 'key',
  groups: 'number',
  write: (writer: ByteWriter, { count }: Count) => writer.number(count),
  read: (reader: ByteReader): Count => ({ count: reader.definedNumber(), hash: 0 }),
} as TableSpec<Count> as unknown as TableSpec;

const HASH = new GroupHash(seedOf(SPEC.name), 7);

function countOf(key: string, count: number): Count {
  const writer = new ByteWriter();
  writer.number(count);
  return { count, hash: HASH.of(key, writer.finish()) };
}

/** Few keys, so that they meet; of every kind. */
const KEYS = ['', 'a', 'b', 'aa', 'ab', 'ba', 'é', '😀', '😁', '__proto__', 'x'.repeat(300)];
const keys = fc.oneof(
  fc.constantFrom(...KEYS),
  fc.nat({ max: 60 }).map((n) => `key-${n}`),
);
type Command =
  | { readonly kind: 'set'; readonly key: string; readonly count: number }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'freeze'; readonly isWhole: boolean }
  | { readonly kind: 'advance'; readonly entries: number }
  | { readonly kind: 'reload' };
const commands = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('set' as const), key: keys, count: fc.integer() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), key: keys }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('get' as const), key: keys }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('freeze' as const), isWhole: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('advance' as const), entries: fc.integer({ min: 1, max: 30 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const) }) },
  ) as fc.Arbitrary<Command>,
  { maxLength: 250, size: 'max' },
);

function expectSame(packed: PackedEntries, map: ReadonlyMap<string, Count>): void {
  const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);
  expect(packed.size).toBe(map.size);
  expect([...packed].sort(byKey)).toEqual([...map].sort(byKey));
  expect([...packed.keys()].sort()).toEqual([...map.keys()].sort());
  expect([...packed.values()].map(({ hash }) => hash).sort()).toEqual([...map.values()].map(({ hash }) => hash).sort());
  expect(packed.stateHash).toBe([...map.values()].reduce((sum, { hash }) => addHash(sum, hash), EMPTY_HASH));
  for (const key of [...KEYS, ...map.keys(), 'absent']) {
    expect(packed.get(key)).toEqual(map.get(key));
    expect(packed.has(key)).toBe(map.has(key));
    expect(packed.hashAt(key)).toBe(map.get(key)?.hash);
  }
}

describe('packed entries', () => {
  it('are those of a map that was changed alike, whatever is frozen, merged and loaded meanwhile', () => {
    fc.assert(
      fc.property(commands, fc.integer({ min: 1, max: 9 }), (list, segmentEntries) => {
        const map = new Map<string, Count>();
        let packed = PackedEntries.of(SPEC, 7, new Map());
        let frozen: { readonly of: Map<string, Count>; readonly runs: Run[]; readonly isWhole: boolean } | undefined;
        let stored: readonly Run[] = [];
        let freeze = packed.freeze(segmentEntries);
        freeze.advance(1);
        for (const command of list) {
          if (command.kind === 'set') {
            const entry = countOf(command.key, command.count);
            map.set(command.key, entry);
            packed.set(command.key, entry);
          } else if (command.kind === 'delete') {
            expect(packed.delete(command.key)).toBe(map.delete(command.key));
          } else if (command.kind === 'get') {
            expect(packed.get(command.key)).toEqual(map.get(command.key));
            expect(packed.hashAt(command.key)).toBe(map.get(command.key)?.hash);
          } else if (command.kind === 'freeze') {
            if (!freeze.isDone) continue;
            const isWhole = command.isWhole || stored.length === 0;
            freeze = packed.freeze(segmentEntries, isWhole ? 'whole' : 'change');
            frozen = { of: new Map(map), runs: [], isWhole };
          } else if (command.kind === 'advance') {
            frozen?.runs.push(freeze.advance(command.entries));
            if (frozen === undefined || !freeze.isDone) continue;
            const { runs, isWhole, of } = frozen;
            const run = { puts: runs.flatMap(({ puts }) => puts), deleted: runs.flatMap(({ deleted }) => deleted) };
            stored = isWhole ? [run] : [...stored, run];
            const [whole, ...changes] = stored as [Run, ...Run[]];
            expectSame(PackedEntries.load(SPEC, 7, combineRuns(whole, changes, segmentEntries)), of);
            frozen = undefined;
          } else {
            frozen = undefined;
            stored = [];
            if (!freeze.isDone) freeze.advance(Infinity);
            freeze = packed.freeze(segmentEntries);
            const { puts: segments } = freeze.advance(Infinity);
            packed = PackedEntries.load(
              SPEC,
              7,
              segments.map(({ bytes, size }) => Segment.load(bytes, size)),
            );
            freeze = packed.freeze(segmentEntries);
            freeze.advance(1);
          }
        }
        expectSame(packed, map);
      }),
      { numRuns: 150 },
    );
  });

  it('tell keys of one hash apart', () => {
    const alike = ['1uvd6tna2', '1kyin0x1f', 'dba47k4nv', 'fp9rrebcb', 'hl7zzj151', '58f1o11h7'];
    expect(new Set(alike.map((name) => new PackedKey().set(name).hash)).size).toBe(3);
    const map = new Map(alike.map((name, i) => [name, countOf(name, i)]));
    const packed = PackedEntries.of(SPEC, 7, new Map(map));
    packed.freeze(1).advance(Infinity);
    expectSame(packed, map);
    const [first = '', second = ''] = alike;
    packed.delete(first);
    map.delete(first);
    packed.set(second, countOf(second, 99));
    map.set(second, countOf(second, 99));
    const { puts: segments } = packed.freeze(1).advance(Infinity);
    expectSame(packed, map);
    expect(segments.length).toBeLessThan(6);
    expectSame(PackedEntries.load(SPEC, 7, segments), map);
  });

  it('are found as they have become since they were read', () => {
    const packed = PackedEntries.of(SPEC, 7, new Map([['a', countOf('a', 1)]]));
    packed.freeze(1).advance(Infinity);
    for (const count of [2, 3]) {
      expect(packed.get('a')).toEqual(countOf('a', count - 1));
      packed.set('a', countOf('a', count));
      expect(packed.get('a')).toEqual(countOf('a', count));
      expect(packed.hashAt('a')).toBe(countOf('a', count).hash);
      packed.freeze(1).advance(Infinity);
    }
    expect(packed.get('a')).toEqual(countOf('a', 3));
    packed.delete('a');
    expect(packed.get('a')).toBeUndefined();
    expect(packed.hashAt('a')).toBeUndefined();
  });

  it('are found wherever their hashes lie, evenly spread or not', () => {
    const names = Array.from({ length: 4_000 }, (_, i) => `key-${i}`);
    const hashOf = (key: string): number => new PackedKey().set(key).hash;
    const crowded = names.filter((key) => hashOf(key) < 2 ** 30 || hashOf(key) > 0xfff00000);
    for (const list of [names, crowded]) {
      const map = new Map(list.map((key, i) => [key, countOf(key, i)]));
      const packed = PackedEntries.of(SPEC, 7, new Map(map));
      const [segment] = packed.freeze(10_000).advance(Infinity).puts as [Segment];
      expectSame(packed, map);
      const hashes = Array.from({ length: segment.size }, (_, place) => segment.hashAt(place));
      for (const key of names) {
        const hash = hashOf(key);
        const above = hashes.findIndex((other) => other > hash);
        expect(segment.firstAbove(hash)).toBe(above < 0 ? segment.size : above);
        expect(packed.has(key)).toBe(map.has(key));
      }
    }
  });

  it('keep their segments near the size that was asked for', () => {
    const packed = PackedEntries.of(SPEC, 7, new Map());
    let segments: readonly Segment[] = [];
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 500; i++) packed.set(`key-${i * 20 + round}`, countOf(`key-${i * 20 + round}`, round));
      segments = packed.freeze(100).advance(Infinity).puts;
    }
    expect(segments.reduce((sum, { size }) => sum + size, 0)).toBe(10_000);
    expect(Math.max(...segments.map(({ size }) => size))).toBeLessThanOrEqual(200);
    expect(segments.length).toBeLessThanOrEqual(200);
  });

  it('merge no more at once than they are asked to, give or take a segment', () => {
    const packed = PackedEntries.of(SPEC, 7, new Map());
    for (let i = 0; i < 10_000; i++) packed.set(`key-${i}`, countOf(`key-${i}`, i));
    packed.freeze(100).advance(Infinity);
    for (let i = 0; i < 10_000; i += 7) packed.set(`key-${i}`, countOf(`key-${i}`, -i));
    const freeze = packed.freeze(100);
    const rounds: number[] = [];
    while (!freeze.isDone) {
      const before = freeze.remaining;
      freeze.advance(1_000);
      rounds.push(before - freeze.remaining);
    }
    expect(rounds.length).toBeGreaterThanOrEqual(10);
    expect(Math.max(...rounds)).toBeLessThanOrEqual(1_300);
  });

  it('are refused when their bytes are not so many entries in order', () => {
    const packed = PackedEntries.of(SPEC, 7, new Map());
    for (let i = 0; i < 10; i++) packed.set(`key-${i}`, countOf(`key-${i}`, i));
    const [segment] = packed.freeze(100).advance(Infinity).puts;
    const { bytes, size } = segment as Segment;
    const damaged = expect.objectContaining({ kind: 'internal', code: 'CORRUPT_BYTES' });
    expect(() => Segment.load(bytes, size - 1)).toThrow(damaged);
    expect(() => Segment.load(bytes, size + 1)).toThrow(damaged);
    for (let length = 0; length < bytes.length; length++)
      expect(() => Segment.load(bytes.subarray(0, length), size)).toThrow(damaged);
    const swapped = Buffer.concat([(segment as Segment).entriesAt(1, 10), (segment as Segment).entriesAt(0, 1)]);
    expect(() => Segment.load(swapped, size)).toThrow(damaged);
  });
});
