import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import { collect, first, last, maxBy, minBy, topN } from '../../../engine/aggregate/taking.ts';
import { at, bytesOf, fold, keepsTheContract, resultOf, stored, type Timed } from './contract.ts';

interface Row {
  readonly name: string;
  readonly n: number;
  readonly note?: unknown;
}

const row: fc.Arbitrary<Row> = fc.record({
  name: fc.string({ unit: 'binary', maxLength: 10 }),
  n: fc.oneof(fc.constantFrom(0, -0, 5), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  note: fc.jsonValue().filter((note) => !JSON.stringify(note).includes('"":') && JSON.stringify(note).length < 300),
});
const list = fc.array(fc.record({ value: row, eventTimeMs: fc.integer({ min: 0, max: 5 }) }), { maxLength: 20 });

const ALL: Readonly<Record<string, Aggregate<Row>>> = {
  first: first(['name', 'note']),
  last: last('note'),
  minBy: minBy('name', { by: 'n' }),
  maxBy: maxBy(['n', 'name'], { by: 'n' }),
  topN: topN(['n', 'name'], { by: 'n', n: 3 }),
  'topN by value': topN(['n', 'name', 'note'], { by: 'n', n: 3, ties: 'value' }),
  collect: collect('note', { maxItems: 4 }),
};
for (const [name, one] of Object.entries(ALL)) keepsTheContract(name, one, row);

/** All records by these numbers, equal ones in the order that they came. */
const sorted = (records: ReadonlyArray<Timed<Row>>, ...by: ReadonlyArray<(record: Timed<Row>) => number>): string[] =>
  [...records]
    .sort((a, b) => by.map((of) => of(a) - of(b)).find((difference) => difference !== 0) ?? 0)
    .map(({ value }) => value.name.toWellFormed());

const time = ({ eventTimeMs }: Timed<Row>): number => eventTimeMs;
const n = ({ value }: Timed<Row>): number => value.n;

describe('aggregates that keep values', () => {
  it('are what sorting all records would give, of equals what came first, and for last what came last', () => {
    fc.assert(
      fc.property(list, (records) => {
        const largest = sorted(records, (record) => -n(record), time);
        const earliest = sorted(records, time);
        expect(resultOf(first('name'), records)).toBe(earliest[0]);
        expect(resultOf(last('name'), records)).toBe(earliest.at(-1));
        expect(resultOf(minBy('name', { by: 'n' }), records)).toBe(sorted(records, n, time)[0]);
        expect(resultOf(maxBy('name', { by: 'n' }), records)).toBe(largest[0]);
        expect(resultOf(topN('name', { by: 'n', n: 3 }), records)).toEqual(largest.slice(0, 3));
        expect(resultOf(collect('name', { maxItems: 4 }), records)).toEqual({
          items: earliest.slice(0, 4),
          dropped: Math.max(0, records.length - 4),
        });
      }),
      { numRuns: 300 },
    );
  });

  it('do not depend on the order of records or parts at all where values say which of equals comes first', () => {
    const one = topN(['n', 'name', 'note'], { by: 'n', n: 3, ties: 'value' });
    const few = fc.record({
      name: fc.constantFrom('a', 'b'),
      n: fc.constantFrom(0, 1),
      note: row.map(({ note }) => note),
    });
    const records = fc.array(fc.record({ value: few, eventTimeMs: fc.integer({ min: 0, max: 2 }) }), { maxLength: 12 });
    fc.assert(
      fc.property(records, fc.infiniteStream(fc.nat()), fc.nat(12), (given, keys, cut) => {
        const keyed = given.map((record) => ({ record, key: keys.next().value as number }));
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ record }) => record);
        const { merge } = one.aggregator;
        const parts = [shuffled.slice(0, cut), shuffled.slice(cut)].map((part) => fold(one, part));
        const expected = bytesOf(one, fold(one, given));
        expect(bytesOf(one, fold(one, shuffled))).toEqual(expected);
        expect(bytesOf(one, merge(parts[0], parts[1]))).toEqual(expected);
        expect(bytesOf(one, merge(parts[1], parts[0]))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      ['b', 'a', 'c'],
      ['a', 'b'],
    ],
    [
      [10, 9, 'a'],
      [9, 10],
    ],
    [
      [true, null, false],
      [null, false],
    ],
    [
      [[2], [1, 5], [1]],
      [[1], [1, 5]],
    ],
    [
      [{ b: 1 }, { a: 2 }, { a: 1, b: 1 }],
      [{ a: 1, b: 1 }, { a: 2 }],
    ],
  ])('order %j by their values as %j', (notes, expected) => {
    const records = notes.map((note) => at(0, { name: 'x', n: 1, note }));
    expect(resultOf(topN('note', { by: 'n', n: 2, ties: 'value' }), records)).toEqual(expected);
  });

  it('are the same merged from two parts, the first of which came first', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        for (const one of Object.values(ALL)) {
          expect(one.aggregator.merge(fold(one, a), fold(one, b))).toEqual(fold(one, [...a, ...b]));
        }
      }),
    );
  });

  it('take one field as it is, and several as an object', () => {
    const records = [at(0, { name: 'a', n: 1 })];
    expect(resultOf(first('name'), records)).toBe('a');
    expect(resultOf(first(['name', 'n']), records)).toEqual({ n: 1, name: 'a' });
  });

  it('have nothing before the first record', () => {
    expect(
      [first('name'), last('name'), minBy('name', { by: 'n' }), maxBy('name', { by: 'n' })].map((one: Aggregate<Row>) =>
        resultOf(one, []),
      ),
    ).toEqual([undefined, undefined, undefined, undefined]);
    expect(resultOf(topN('name', { n: 1, by: 'n' }), [])).toEqual([]);
    expect(resultOf(collect('name', { maxItems: 1 }), [])).toEqual({ items: [], dropped: 0 });
  });

  it('write the same result again after a crash, to the byte', () => {
    const one = last('note');
    const kept = fold(one, [at(0, { note: { b: -0, a: ['\ud800', { z: 1, y: undefined }] } })]);
    expect(JSON.stringify(one.aggregator.result(kept))).toBe('{"a":["�",{"z":1}],"b":0}');
    expect(JSON.stringify(one.aggregator.result(stored(one, kept)))).toBe(JSON.stringify(one.aggregator.result(kept)));
  });

  it.each([
    ['VALUE_NOT_JSON', { note: new Date(0) }],
    ['VALUE_NOT_JSON', { note: [NaN] }],
    ['VALUE_NOT_JSON', { note: 5n }],
    ['VALUE_NOT_JSON', { note: { '': 1 } }],
    ['VALUE_TOO_LARGE', { note: 'é'.repeat(513) }],
  ])('refuse, as %s, what a result cannot hold', (code, value) => {
    expect(() => fold(last('note'), [at(0, value)])).toThrow(expect.objectContaining({ kind: 'data', code }));
  });

  it('say what is too large, but not what it is', () => {
    expect(() => fold(last('note', { maxBytes: 4 }), [at(0, { note: 'secret' })])).toThrow(
      'note must take at most 4 bytes, got 6; take fewer fields or set maxBytes',
    );
  });

  it('refuse a record whose rank is no number', () => {
    expect(() => fold(maxBy('name', { by: 'n' }), [at(0, { name: 'a', n: NaN })])).toThrow(
      expect.objectContaining({ code: 'NOT_A_NUMBER' }),
    );
  });

  it.each([
    ['no field', () => first('')],
    ['an empty list', () => first([])],
    ['a field twice', () => first(['a', 'a'])],
    ['0 items', () => collect('a', { maxItems: 0 })],
    ['half an item', () => topN('a', { by: 'b', n: 1.5 })],
    ['other ties', () => topN('a', { by: 'b', n: 1, ties: 'time' as 'value' })],
    ['0 bytes', () => last('a', { maxBytes: 0 })],
    ['no rank', () => maxBy('a', { by: '' })],
  ])('refuse %s', (_, define) => {
    expect(define).toThrow(expect.objectContaining({ kind: 'invalid', code: 'INVALID_SETTING' }));
  });

  it('refuse more than a row of the table holds', () => {
    expect(() => collect('a', { maxItems: 1_000 })).toThrow(
      'maxItems must be an integer in [1, 369] with values of up to 1024 bytes, got 1000; a row of the table holds no more; set maxBytes lower',
    );
    expect(collect('a', { maxItems: 1_000, maxBytes: 100 })).toBeDefined();
  });

  it('name every setting in the state schema, in one order', () => {
    expect(topN('a', { n: 3, by: 'b' }).descriptor).toBe('topN({"by":"b","maxBytes":1024,"n":3,"take":"a"})');
    expect(topN('a', { n: 3, by: 'b', ties: 'value' }).descriptor).toBe(
      'topN({"by":"b","maxBytes":1024,"n":3,"take":"a","ties":"value"})',
    );
    expect(topN('a', { by: 'b', n: 3 }).descriptor).toBe(topN('a', { n: 3, by: 'b' }).descriptor);
  });
});
