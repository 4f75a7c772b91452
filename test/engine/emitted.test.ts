import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromResultItem, toResultItem } from '../../adapters/dynamodb/result-item.ts';
import { itemBytes } from '../../adapters/dynamodb/item-size.ts';
import { resultLine, sideOutputLine } from '../../adapters/shared/lines.ts';
import type { ResultType } from '../../engine/aggregate/aggregate.ts';
import { EMPTY_OUTBOX, type ResultRow } from '../../engine/outputs.ts';
import { decodeOutbox, encodeOutbox } from '../../engine/partition-log/outbox-codec.ts';
import { checkedSideValue, RowCheck } from '../../engine/value/emitted.ts';
import { MAX_ITEM_BYTES, MAX_LINE_BYTES } from '../../engine/value/limits.ts';
import { sampleRow } from '../support/samples.ts';

const deep = (levels: number): unknown => (levels === 0 ? 1 : { d: deep(levels - 1) });
const circular: Record<string, unknown> = {};
circular['again'] = [circular, circular];
class Order {
  readonly cents = 5;
}

/** A row with one column. */
function checked(value: unknown, type: ResultType = 'json'): unknown {
  return new RowCheck([{ name: 'v', type, descriptor: '' }]).checked(sampleRow('a', 0, 1, { v: value })).values['v'];
}

/** Of values that no sink may get. */
const REFUSED: ReadonlyArray<readonly [string, unknown]> = [
  ['a text of 450 kB', 'x'.repeat(450_000)],
  ['a text of 200 kB that JSON writes with six characters for each', '\u0001'.repeat(200_000)],
  ['31 levels', deep(31)],
  ['a value that contains itself', circular],
  ['an empty name', { a: { '': 1 } }],
  ['a name of 66 kB', { ['n'.repeat(66_000)]: 1 }],
  ['a list of a billion absent elements', new Array(1_000_000_000)],
  ['a list of 300,000 elements', Array.from({ length: 300_000 }, () => 0)],
  ['a function', [() => 1]],
  ['a symbol', { s: Symbol('s') }],
  ['a map', new Map([['a', 1]])],
  ['a set', [new Set([1])]],
  ['a promise', Promise.resolve(1)],
  ['an invalid date', new Date(NaN)],
  [
    'a field that throws',
    {
      get f(): number {
        throw new Error('no');
      },
    },
  ],
  [
    'a toJSON that throws',
    {
      toJSON: () => {
        throw new Error('no');
      },
    },
  ],
  ['a toJSON that gives a map', { toJSON: () => new Map() }],
];

const KEPT: ReadonlyArray<readonly [string, unknown, unknown]> = [
  ['30 levels', deep(30), deep(30)],
  ['a lone surrogate', '\ud83d', '\ufffd'],
  ['a lone surrogate in a name', { '\ud83d': 1 }, { '\ufffd': 1 }],
  ['-0 inside', [-0], [0]],
  ['numbers that are not finite, inside', [NaN, { i: -Infinity }], ['NaN', { i: '-Infinity' }]],
  ['a whole number beyond 2^53', 12_345_678_901_234_567_890n, '12345678901234567890'],
  ['a bigint that is a number', [7n], [7]],
  ['absent elements', [1, , 3], [1, null, 3]],
  ['undefined', [undefined, { a: undefined }], [null, {}]],
  ['a date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
  ['bytes', { data: Buffer.from([1, 2, 255]) }, { data: 'AQL/' }],
  ['an object of a class', new Order(), { cents: 5 }],
  ['an object with toJSON', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
];

describe('a result value', () => {
  it.each(REFUSED)('is refused with a reason when it is %s', (_, value) => {
    expect(() => checked(value)).toThrow(
      /^(no|(v|result) must be (a value that JSON can hold|at most \d+ bytes (in a table|of JSON)), got .*; .*)$/,
    );
  });

  it.each(KEPT)('is plain data after the check: %s', (_, value, plain) => {
    expect(checked(value)).toStrictEqual(plain);
  });

  it.each<[ResultType, unknown]>([
    ['integer', 0.5],
    ['integer', NaN],
    ['integer', 1e300],
    ['integer', '5'],
    ['integer', 2n ** 60n],
    ['number', '5'],
    ['number', [5]],
    ['number', true],
    ['text', 5],
    ['text', { a: 1 }],
    ['boolean', 0],
    ['boolean', 'true'],
  ])('of the type %s is refused when it is %p', (type, value) => {
    expect(() => checked(value, type)).toThrow(expect.objectContaining({ kind: 'data', code: 'RESULT_INVALID' }));
    expect(checked(null, type)).toBeNull();
    expect(checked(undefined, type)).toBeNull();
  });

  it.each<[ResultType, unknown, unknown]>([
    ['integer', -0, 0],
    ['integer', 2n ** 40n, 2 ** 40],
    ['number', Infinity, 'Infinity'],
    ['number', 1e300, 1e300],
    ['text', 2n ** 60n, '1152921504606846976'],
    ['text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['boolean', false, false],
  ])('of the type %s is kept when it is %p', (type, value, plain) => {
    expect(checked(value, type)).toBe(plain);
  });

  it('is told with the type that was declared', () => {
    expect(() => checked('5', 'integer')).toThrow(
      'result v must be a whole number of less than 2^63 in magnitude, or null, got a value of type string; correct the pipeline, or the type that it declares',
    );
  });

  it('is read once, and does not change with what user code does to it afterwards', () => {
    let reads = 0;
    const value = {
      list: [1],
      get n() {
        return ++reads;
      },
    };
    const kept = checked(value);
    value.list.push(2);
    expect(kept).toEqual({ list: [1], n: 1 });
  });
});

describe('a result row', () => {
  const check = new RowCheck([
    { name: 'n', type: 'integer', descriptor: '' },
    { name: 'text', type: 'text', descriptor: '' },
  ]);
  const rowOf = (values: unknown, changes: Partial<ResultRow> = {}): ResultRow =>
    check.checked({ ...sampleRow('a', 0, 1, values as Record<string, unknown>), ...changes });

  it.each([null, 5, [1], Promise, Promise.resolve(), new Map()])('is refused when its values are %p', (values) => {
    expect(() => rowOf(values)).toThrow(expect.objectContaining({ code: 'RESULT_INVALID' }));
  });

  it('has every column, and what is there besides', () => {
    expect(rowOf({ more: 1n, n: 2 }).values).toStrictEqual({ n: 2, text: null, more: 1 });
  });

  it.each(['id', 'key', 'revision', ''])(
    'is refused with the name %p, which would take the place of its own',
    (name) => {
      expect(() => rowOf({ [name]: 1 })).toThrow(expect.objectContaining({ code: 'RESULT_INVALID' }));
    },
  );

  it('stays without values when it only takes back', () => {
    expect(rowOf({}, { retracted: true }).values).toEqual({});
  });

  it('may have values of 400 kB, whatever its key is: there is room for a key of 2,048 bytes', () => {
    const rowWith = (bytes: number): ResultRow =>
      check.checked(sampleRow('k'.repeat(2_048), 0, 1, { text: 'x'.repeat(bytes) }));
    expect(itemBytes(toResultItem(rowWith(405_000)))).toBeLessThanOrEqual(MAX_ITEM_BYTES);
    expect(() => rowWith(406_000)).toThrow(
      'result must be at most 409600 bytes in a table, got more; emit less at once',
    );
  });

  it('that passes is no larger than an item and a record may be, and the same in the table, the lake and the log', () => {
    const value = fc.oneof(
      fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }),
      fc.double(),
      fc.bigInt(),
      fc.date(),
      fc.uint8Array(),
      fc.object({ withBigInt: true, withDate: true, withNullPrototype: true, withTypedArray: false }),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 100 }), (list, key) => {
        let row: ResultRow;
        try {
          row = new RowCheck([{ name: 'v', type: 'json', descriptor: '' }]).checked(
            sampleRow(key.toWellFormed(), 0, 1, { v: list }),
          );
        } catch (error) {
          expect(error).toMatchObject({ kind: 'data' });
          return;
        }
        expect(itemBytes(toResultItem(row))).toBeLessThanOrEqual(MAX_ITEM_BYTES);
        expect(Buffer.byteLength(resultLine('p', row, 5))).toBeLessThanOrEqual(MAX_LINE_BYTES);
        expect(JSON.parse(resultLine('p', row, 5))['v']).toEqual(row.values['v']);
        expect(decodeOutbox(encodeOutbox({ ...EMPTY_OUTBOX, results: [row] })).results).toEqual([row]);
        const numbers = JSON.stringify(row.values, (_name, field: unknown) =>
          typeof field === 'number' ? String(field) : field,
        );
        expect(
          JSON.stringify(fromResultItem(toResultItem(row)).values, (_name, field: unknown) =>
            typeof field === 'number' ? String(field) : field,
          ),
        ).toBe(numbers);
      }),
      { numRuns: 300 },
    );
  });

  it('takes at least as many bytes as DynamoDB counts, however its values are made', () => {
    for (const one of [12_345_678, -0.000_123, 'é', true, null, { ab: [] }, []]) {
      const itemOf = (length: number) =>
        itemBytes(toResultItem(sampleRow('a', 0, 1, { v: Array.from({ length }, () => one) })));
      const tooMany = Math.ceil((MAX_ITEM_BYTES + 1 - itemOf(0)) / (itemOf(1) - itemOf(0)));
      expect(itemOf(tooMany)).toBeGreaterThan(MAX_ITEM_BYTES);
      expect(() => checked(Array.from({ length: tooMany }, () => one))).toThrow(
        expect.objectContaining({ code: 'VALUE_TOO_LARGE' }),
      );
    }
  });
});

describe('a side output', () => {
  it.each(REFUSED.filter(([what]) => !/450 kB|200 kB|31 levels|name|300,000/.test(what)))(
    'is refused with a reason when it is %s',
    (_, value) => {
      expect(() => checkedSideValue('aside', value)).toThrow(
        /^(no|value for aside must be (a value that JSON can hold|at most 1024000 bytes of JSON), got .*; .*)$/,
      );
    },
  );

  it('may be as large and as deep as a record: it goes to the lake alone', () => {
    expect(checkedSideValue('aside', { note: 'x'.repeat(900_000), all: deep(60), '': 1 })).toMatchObject({ '': 1 });
    expect(() => checkedSideValue('aside', 'x'.repeat(1_024_000))).toThrow(
      expect.objectContaining({ code: 'VALUE_TOO_LARGE' }),
    );
    expect(() => checkedSideValue('aside', deep(65))).toThrow(expect.objectContaining({ code: 'VALUE_NOT_JSON' }));
  });

  it('is the same in the lake and out of the log', () => {
    const sideOutputs = [
      {
        output: 'aside',
        key: 'a',
        eventTimeMs: 0,
        sequence: 1,
        value: checkedSideValue('aside', { big: 2n ** 64n, at: new Date(0), gone: undefined }),
      },
    ];
    expect(decodeOutbox(encodeOutbox({ ...EMPTY_OUTBOX, sideOutputs })).sideOutputs).toEqual(sideOutputs);
    expect(JSON.parse(sideOutputLine('s', sideOutputs[0] as (typeof sideOutputs)[0], 5))['value']).toEqual({
      big: '18446744073709551616',
      at: '1970-01-01T00:00:00.000Z',
    });
  });
});
