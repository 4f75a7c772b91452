/** SQL's rule: an aggregate passes over null and absent; of nothing else it is null, or a count of 0. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod/mini';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import { ByteReader, ByteWriter } from '../../../engine/codec/bytes.ts';
import {
  approxDistinct,
  collect,
  count,
  countIf,
  first,
  histogram,
  kinesis,
  last,
  max,
  maxBy,
  mean,
  min,
  minBy,
  pipeline,
  quantile,
  quantiles,
  resultTable,
  standardDeviation,
  sum,
  sumExact,
  topN,
  tumbling,
  variance,
} from '../../../engine/index.ts';
import { record } from '../support/readings.ts';
import { Partition } from '../support/state.ts';
import { at, bytesOf, fold, keepsTheContract, resultOf, type Timed } from './contract.ts';

interface Row {
  readonly n?: number | null;
  readonly by?: number | null;
}

interface Case {
  readonly name: string;
  readonly one: Aggregate<Row>;
  /** What it says of nothing but nulls. */
  readonly ofNulls: unknown;
}

const CASES: readonly Case[] = [
  { name: 'sum', one: sum<'n', Row>('n'), ofNulls: null },
  { name: 'sumExact', one: sumExact<'n', Row>('n'), ofNulls: null },
  { name: 'min', one: min<'n', Row>('n'), ofNulls: null },
  { name: 'max', one: max<'n', Row>('n'), ofNulls: null },
  { name: 'mean', one: mean<'n', Row>('n'), ofNulls: null },
  { name: 'variance of a population', one: variance<'n', Row>('n', { of: 'population' }), ofNulls: null },
  { name: 'variance of a sample', one: variance<'n', Row>('n', { of: 'sample' }), ofNulls: null },
  { name: 'standardDeviation', one: standardDeviation<'n', Row>('n', { of: 'population' }), ofNulls: null },
  { name: 'first', one: first<'n', Row>('n'), ofNulls: null },
  { name: 'last', one: last<'n', Row>('n'), ofNulls: null },
  { name: 'minBy', one: minBy<'by', 'n', Row>('by', { by: 'n' }), ofNulls: null },
  { name: 'maxBy', one: maxBy<'by', 'n', Row>('by', { by: 'n' }), ofNulls: null },
  { name: 'topN', one: topN<'by', 'n', Row>('by', { n: 3, by: 'n' }), ofNulls: [] },
  { name: 'collect', one: collect<'n', Row>('n', { maxItems: 3 }), ofNulls: { items: [], dropped: 0 } },
  { name: 'approxDistinct', one: approxDistinct<'n', Row>('n', { precision: 6 }), ofNulls: 0 },
  {
    name: 'approxDistinct of two fields',
    one: approxDistinct<readonly ['by', 'n'], Row>(['by', 'n'], { precision: 6 }),
    ofNulls: 0,
  },
  { name: 'quantile', one: quantile<'n', Row>('n', 0.5), ofNulls: null },
  { name: 'quantiles', one: quantiles<'n', { readonly p50: number }, Row>('n', { p50: 0.5 }), ofNulls: null },
  { name: 'histogram', one: histogram<'n', Row>('n', { bounds: [0, 10] }), ofNulls: [0, 0, 0] },
];

const number = fc.integer({ min: -5, max: 20 });
const there = fc.record({ n: number, by: number });
const absent: fc.Arbitrary<Row> = fc.constantFrom<Row>({ n: null, by: 1 }, { by: 1 }, {}, { n: undefined as never });
const timed = (rows: readonly Row[], fromMs: number): ReadonlyArray<Timed<Row>> =>
  rows.map((row, i) => at(fromMs + i, row));
const saidBy = (one: Aggregate<Row>, records: ReadonlyArray<Timed<Row>>): unknown => resultOf(one, records) ?? null;

for (const { name, one } of CASES)
  keepsTheContract(`${name}, over a field that may be null`, one, fc.oneof(there, absent));

describe.each(CASES)('$name', ({ one, ofNulls }) => {
  it('passes over records whose field is null or absent', () => {
    fc.assert(
      fc.property(
        fc.array(there, { minLength: 1, maxLength: 10 }),
        fc.array(absent, { maxLength: 10 }),
        fc.array(absent, { maxLength: 10 }),
        (rows, before, after) => {
          const records = timed(rows, 0);
          expect(saidBy(one, [...timed(before, -100), ...records, ...timed(after, 100)])).toEqual(saidBy(one, records));
        },
      ),
    );
  });

  it('says of nothing but nulls what SQL does', () => {
    fc.assert(
      fc.property(fc.array(absent, { minLength: 1, maxLength: 10 }), (rows) => {
        expect(saidBy(one, timed(rows, 0))).toEqual(ofNulls);
      }),
    );
  });
});

describe('count and countIf', () => {
  it('count the record, whatever it has', () => {
    const rows = timed([{ n: null }, {}, { n: 1 }], 0);
    expect([count(), countIf((row: Row) => row.n === null)].map((one) => resultOf<Row, unknown>(one, rows))).toEqual([
      3, 1,
    ]);
  });
});

describe('minBy, maxBy and topN', () => {
  const rows = timed(
    [
      { n: 1, by: 5 },
      { n: 2, by: null },
      { n: null, by: 9 },
    ],
    0,
  );

  it('keep what the best record has, null too: only a record without a rank passes', () => {
    expect(
      [maxBy<'by', 'n', Row>('by', { by: 'n' }), minBy<'by', 'n', Row>('by', { by: 'n' })].map((one) =>
        saidBy(one, rows),
      ),
    ).toEqual([null, 5]);
    expect(saidBy(topN<'by', 'n', Row>('by', { n: 3, by: 'n' }), rows)).toEqual([null, 5]);
  });
});

describe('first, last and collect of several fields', () => {
  it('keep an object with its nulls: it is there', () => {
    const rows = timed(
      [
        { n: null, by: 1 },
        { n: 2, by: null },
      ],
      0,
    );
    expect(saidBy(first<readonly ['n', 'by'], Row>(['n', 'by']), rows)).toEqual({ by: 1, n: null });
    expect(saidBy(collect<readonly ['n', 'by'], Row>(['n', 'by'], { maxItems: 5 }), rows)).toEqual({
      items: [
        { by: 1, n: null },
        { by: null, n: 2 },
      ],
      dropped: 0,
    });
  });
});

describe('the stored state of sums', () => {
  const written = (write: (writer: ByteWriter) => void): Uint8Array => {
    const writer = new ByteWriter();
    write(writer);
    return writer.finish();
  };
  const OLDER: ReadonlyArray<
    readonly [what: string, one: Aggregate<Row>, bytes: Uint8Array, numbers: readonly number[], result: unknown]
  > = [
    ['a sum', sum<'n', Row>('n'), written((writer) => writer.number(12)), [5, 7], 12],
    ['a sum of 0', sum<'n', Row>('n'), written((writer) => writer.number(0)), [5, -5], 0],
    [
      'a sum that no double holds',
      sum<'n', Row>('n'),
      written((writer) => {
        writer.number(undefined);
        writer.varint(2);
        writer.float(1);
        writer.float(2 ** 60);
      }),
      [2 ** 60, 1],
      2 ** 60,
    ],
    ['an exact sum', sumExact<'n', Row>('n'), written((writer) => writer.string('12')), [5, 7], '12'],
    ['an exact sum of 0', sumExact<'n', Row>('n'), written((writer) => writer.string('0')), [5, -5], '0'],
  ];

  it.each(OLDER)('is byte for byte that of the release before: %s', (_, one, bytes, numbers, result) => {
    expect(
      bytesOf(
        one,
        fold(
          one,
          timed(
            numbers.map((n) => ({ n })),
            0,
          ),
        ),
      ),
    ).toEqual(bytes);
    expect(one.aggregator.result(one.aggregator.read(new ByteReader(bytes))) ?? null).toBe(result);
  });

  it('is 0 of no record at all, as it was', () => {
    expect([sum<'n', Row>('n'), sumExact<'n', Row>('n')].map((one) => saidBy(one as Aggregate<Row>, []))).toEqual([
      0,
      '0',
    ]);
  });
});

describe('a pipeline over a field that may be null', () => {
  const Sale = z.object({ key: z.string(), timeMs: z.number(), cents: z.nullish(z.number()) });
  const sales = pipeline('sales')
    .source(kinesis({ stream: 'sales', partitionKey: 'key', schema: Sale }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
    .keyBy('key');
  const sale = (offset: number, timeMs: number, cents?: number | null) =>
    record(offset, JSON.stringify({ key: 'a', timeMs, cents }));

  it('counts a record that has none, and makes no dead letter of it', () => {
    const partition = new Partition(
      sales
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ sales: count(), cents: sum('cents'), highest: max('cents'), kinds: approxDistinct('cents') })
        .to(resultTable()).topology,
    );
    const { results, deadLetters } = partition.process(
      sale(1, 0, null),
      sale(2, 1),
      sale(3, 2, 5),
      sale(4, 11, null),
      sale(5, 30, 1),
    );
    expect(deadLetters).toEqual([]);
    expect(results.map(({ values }) => values)).toEqual([
      { sales: 2 + 1, cents: 5, highest: 5, kinds: 1 },
      { sales: 1, cents: null, highest: null, kinds: 0 },
    ]);
  });

  it('may have a second window over results that are null', () => {
    const days = sales
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ cents: sum('cents'), spread: variance('cents', { of: 'sample' }) })
      .window(tumbling({ sizeMs: 100 }))
      .aggregate({ hours: count(), cents: sum('cents'), spread: mean('spread') })
      .to(resultTable());
    const { results, deadLetters } = new Partition(days.topology).process(
      sale(1, 0, 5),
      sale(2, 11, null),
      sale(3, 22, 4),
      sale(4, 23, 6),
      sale(5, 200, 1),
    );
    expect(deadLetters).toEqual([]);
    expect(results.map(({ values }) => values)).toEqual([{ hours: 3, cents: 15, spread: 2 }]);
  });
});
