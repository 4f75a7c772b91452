/** Which aggregates fit which records, and what their results are. `tsc` is what tests; nothing here runs but the definitions. */
import { expect, it } from '@jest/globals';
import { z } from 'zod/mini';
import {
  approxDistinct, collect, count, countIf, custom, first, histogram, hours, kinesis, last, max, maxBy, mean, min, minBy, pipeline, quantile, quantiles,
  resultTable, standardDeviation, sum, sumExact, topN, tumbling, variance, type Aggregate,
} from '../../engine/index.ts';
import type { Mistake, NumberField, StorableFields } from '../../engine/aggregate/fields.ts';

const Sale = z.object({
  shop: z.string(), till: z.number(), soldMs: z.number(), cents: z.number(), tags: z.array(z.string()), status: z.enum(['open', 'paid']),
  note: z.optional(z.string()), tip: z.optional(z.number()), discount: z.nullable(z.number()), points: z.bigint(), day: z.date(),
});
type Sale = z.infer<typeof Sale>;

const windowed = pipeline('sales')
  .source(kinesis({ stream: 'sales', partitionKey: 'shop', schema: Sale }))
  .eventTime((sale) => sale.soldMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('shop')
  .window(tumbling({ sizeMs: hours(1) }));

/** Compiles if the two types are one. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

it('results have the types that the schema gives them', () => {
  const complete = windowed.aggregate({
    sales: count(),
    large: countIf((sale) => sale.cents > 1_000),
    cents: sum('cents'),
    exact: sumExact('cents'),
    points: sumExact('points'),
    spread: variance('cents', { of: 'sample' }),
    deviation: standardDeviation('cents', { of: 'population' }),
    first: first('status'),
    last: last(['status', 'note']),
    cheapest: minBy('tags', { by: 'cents' }),
    dearest: maxBy(['shop', 'cents'], { by: 'cents' }),
    top: topN('till', { by: 'cents', n: 3 }),
    tills: collect('till', { maxItems: 5 }),
    shops: approxDistinct(['shop', 'till']),
    median: quantile('cents', 0.5),
    some: quantiles('cents', { p50: 0.5, p99: 0.99 }),
    sizes: histogram('cents', { bounds: [100, 1_000] }),
    longest: custom('longest', (sale) => sale.note ?? '', { init: () => '', add: (a, b) => (b.length > a.length ? b : a), merge: (a, b) => (b.length > a.length ? b : a), result: (text) => text.length }),
  }).to(resultTable());
  type Result = NonNullable<typeof complete.types>['result'];
  type Status = 'open' | 'paid';
  same<Result['sales' | 'large' | 'cents' | 'shops' | 'longest'], number>(true);
  same<Result['exact' | 'points'], string>(true);
  same<Result['spread' | 'deviation' | 'median'], number | null>(true);
  same<Result['first'], Status | null>(true);
  same<Result['last'], { readonly status: Status; readonly note: string | null } | null>(true);
  same<Result['cheapest'], string[] | null>(true);
  same<Result['dearest'], { readonly shop: string; readonly cents: number } | null>(true);
  same<Result['top'], readonly number[]>(true);
  same<Result['tills']['items'], readonly number[]>(true);
  same<Result['some'], { readonly p50: number; readonly p99: number } | null>(true);
  same<Result['sizes'], readonly number[]>(true);
  expect(complete).toBeDefined();
});

it('results over a field that may be null or absent may be null, but for counts and lists', () => {
  const complete = windowed.aggregate({
    sum: sum('tip'),
    exact: sumExact('tip'),
    min: min('tip'),
    max: max('tip'),
    mean: mean('tip'),
    variance: variance('tip', { of: 'population' }),
    deviation: standardDeviation('tip', { of: 'sample' }),
    first: first('discount'),
    last: last('discount'),
    minBy: minBy('shop', { by: 'discount' }),
    maxBy: maxBy('note', { by: 'tip' }),
    topN: topN('shop', { by: 'discount', n: 3 }),
    collect: collect('discount', { maxItems: 3 }),
    several: collect(['shop', 'discount'], { maxItems: 3 }),
    distinct: approxDistinct(['tip', 'discount']),
    median: quantile('discount', 0.5),
    some: quantiles('tip', { p50: 0.5 }),
    sizes: histogram('discount', { bounds: [1] }),
    count: count(),
    countIf: countIf((sale) => sale.tip === undefined),
  }).to(resultTable());
  type Result = NonNullable<typeof complete.types>['result'];
  same<Result['sum' | 'min' | 'max' | 'mean' | 'variance' | 'deviation' | 'first' | 'last' | 'median'], number | null>(true);
  same<Result['sum'], number | null>(true);
  same<Result['exact'], string | null>(true);
  same<Result['minBy'], string | null>(true);
  same<Result['maxBy'], string | null>(true);
  same<Result['topN'], readonly string[]>(true);
  same<Result['collect']['items'], readonly number[]>(true);
  same<Result['several']['items'], ReadonlyArray<{ readonly shop: string; readonly discount: number | null }>>(true);
  same<Result['distinct' | 'count' | 'countIf'], number>(true);
  same<Result['some'], { readonly p50: number } | null>(true);
  same<Result['sizes'], readonly number[]>(true);
  expect(complete).toBeDefined();
});

it('a second window sees null only where a window of the first one may have nothing', () => {
  const days = windowed.aggregate({ total: sum('cents'), mean: mean('cents'), tips: sum('tip'), tip: mean('tip'), one: variance('cents', { of: 'sample' }), all: variance('cents', { of: 'population' }), first: first('status'), note: last('note') })
    .window(tumbling({ sizeMs: hours(24) })).aggregate({
      sure: countIf((result) => {
        same<Pick<typeof result, 'total' | 'mean' | 'all' | 'first'>, { readonly total: number; readonly mean: number; readonly all: number; readonly first: 'open' | 'paid' }>(true);
        return result.total > 0;
      }),
      unsure: countIf((result) => {
        same<Pick<typeof result, 'tips' | 'tip' | 'one' | 'note'>, { readonly tips: number | null; readonly tip: number | null; readonly one: number | null; readonly note: string | null }>(true);
        return result.tips !== null;
      }),
    });
  expect(days).toBeDefined();
});

it('a second window sees the the results of the first', () => {
  const days = windowed.aggregate({ sales: count(), most: max('cents'), first: first('note') }).window(tumbling({ sizeMs: hours(24) }))
    .aggregate({ sales: sum('sales'), most: max('most'), busiest: maxBy('windowStartMs', { by: 'sales' }), first: first('first') }).to(resultTable());
  same<NonNullable<typeof days.types>['result'], { readonly sales: number; readonly most: number | null; readonly busiest: number | null; readonly first: string | null }>(true);
  expect(days).toBeDefined();
});

it('a mistake is a sentence', () => {
  same<NumberField<Sale, 'cents'>, unknown>(true);
  same<NumberField<Sale, 'shop'>, Mistake<"the field 'shop' is not a number">>(true);
  same<NumberField<Sale, 'dollars'>, Mistake<"the record has no field 'dollars'">>(true);
  same<NumberField<Sale, 'tip'>, unknown>(true);
  same<NumberField<Sale, 'note'>, Mistake<"the field 'note' is not a number">>(true);
  same<StorableFields<Sale, 'day'>, Mistake<"the field 'day' is nothing that JSON can hold: convert it in the schema">>(true);
  expect(() => sum('')).toThrow('field must be a field name, got ""; name a field of the schema');
});

it('an aggregate that is defined apart says which records it fits', () => {
  const cents: Aggregate<{ readonly cents: number }, number> = sum('cents');
  expect(windowed.aggregate({ cents })).toBeDefined();
});

/** Never called: a wrong definition would throw at once. */
export function misuse(): void {
  // @ts-expect-error the record has no field 'dollars'
  windowed.aggregate({ a: sum('dollars') });
  // @ts-expect-error the field 'shop' is not a number
  windowed.aggregate({ a: sum('shop') });
  // @ts-expect-error the field 'note' is not a number, where it is there
  windowed.aggregate({ a: mean('note') });
  // @ts-expect-error the field 'points' is not a number: only sumExact takes a bigint
  windowed.aggregate({ a: sum('points') });
  // @ts-expect-error the field 'shop' is not a number
  windowed.aggregate({ a: sumExact('shop') });
  // @ts-expect-error the field 'tags' is not a number
  windowed.aggregate({ a: min('tags') });
  // @ts-expect-error the field 'day' is not a number
  windowed.aggregate({ a: max('day') });
  // @ts-expect-error the field 'shop' is not a number
  windowed.aggregate({ a: variance('shop', { of: 'sample' }) });
  // @ts-expect-error of a population or of a sample
  windowed.aggregate({ a: variance('cents') });
  // @ts-expect-error neither population nor sample
  windowed.aggregate({ a: standardDeviation('cents', { of: 'all' }) });
  // @ts-expect-error the record has no field 'state'
  windowed.aggregate({ a: first('state') });
  // @ts-expect-error one of the fields is not there
  windowed.aggregate({ a: last(['status', 'state']) });
  // @ts-expect-error the field 'day' is nothing that JSON can hold
  windowed.aggregate({ a: first('day') });
  // @ts-expect-error by a field that is not a number
  windowed.aggregate({ a: minBy('shop', { by: 'status' }) });
  // @ts-expect-error by a field that is not there
  windowed.aggregate({ a: maxBy('shop', { by: 'dollars' }) });
  // @ts-expect-error by nothing
  windowed.aggregate({ a: topN('shop', { n: 3 }) });
  // @ts-expect-error how many
  windowed.aggregate({ a: topN('shop', { by: 'cents' }) });
  // @ts-expect-error without a bound
  windowed.aggregate({ a: collect('shop') });
  // @ts-expect-error the record has no field 'visitor'
  windowed.aggregate({ a: approxDistinct('visitor') });
  // @ts-expect-error the field 'shop' is not a number
  windowed.aggregate({ a: quantile('shop', 0.5) });
  // @ts-expect-error a quantile without a name
  windowed.aggregate({ a: quantiles('cents', 0.5) });
  // @ts-expect-error the field 'tags' is not a number
  windowed.aggregate({ a: histogram('tags', { bounds: [1] }) });
  // @ts-expect-error a field that is not there, in one's own aggregate
  windowed.aggregate({ a: custom('mine', (sale) => sale.dollars, { init: () => 0, add: (a) => a, merge: (a) => a, result: (a) => a }) });
  // @ts-expect-error one's own aggregate without merge
  windowed.aggregate({ a: custom('mine', (sale) => sale.cents, { init: () => 0, add: (a: number) => a, result: (a: number) => a }) });
  // @ts-expect-error bytes that can be written, but not read
  windowed.aggregate({ a: custom('mine', (sale) => sale.cents, { init: () => 0, add: (a: number) => a, merge: (a: number) => a, result: (a: number) => a, write: () => undefined }) });
  const elsewhere = sum('dollars');
  // @ts-expect-error an aggregate that was defined apart, of another record
  windowed.aggregate({ a: elsewhere });
}
