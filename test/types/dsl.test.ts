/** What must not compile. `tsc` finds a line that does after all; nothing here runs but the definitions. */
import { expect, it } from '@jest/globals';
import { z } from 'zod/mini';
import { count, countIf, hours, kinesis, lake, max, mean, min, pipeline, resultTable, sum, tumbling, type Pipeline } from '../../engine/index.ts';

const Sale = z.object({ shop: z.string(), till: z.number(), soldMs: z.number(), cents: z.number(), note: z.string(), tags: z.array(z.string()), tip: z.optional(z.number()) });
type Sale = z.infer<typeof Sale>;

const sales = kinesis({ stream: 'sales', partitionKey: 'shop', schema: Sale });
const timed = pipeline('sales').source(sales).eventTime((sale) => sale.soldMs, { maxOutOfOrdernessMs: 0 });
const windowed = timed.keyBy('shop').window(tumbling({ sizeMs: hours(1) }));

/** Compiles if the two types are one. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

it('a good definition compiles, and the types of record and result follow from it', () => {
  const complete = windowed.aggregate({ sales: count(), large: countIf((sale) => sale.cents > 1_000), cents: sum('cents'), least: min('cents'), most: max('cents'), average: mean('cents') }).to(resultTable(), lake());
  type Types = NonNullable<typeof complete.types>;
  same<Types['record'], Sale>(true);
  same<Types['result'], { readonly sales: number; readonly large: number; readonly cents: number; readonly least: number | null; readonly most: number | null; readonly average: number | null }>(true);
  expect(complete satisfies Pipeline).toBeDefined();
});

it('a number may be the partition key', () => {
  expect(pipeline('sales').source(kinesis({ stream: 'sales', partitionKey: 'till', schema: Sale })).eventTime((sale) => sale.soldMs, { maxOutOfOrdernessMs: 0 }).keyBy('till')).toBeDefined();
});

it('without a partition key a transformation need keep no field, with one it must', () => {
  const unkeyed = pipeline('sales').source(kinesis({ stream: 'sales', schema: Sale })).eventTime((sale) => sale.soldMs, { maxOutOfOrdernessMs: 0 });
  expect(unkeyed.map(({ cents }) => ({ cents })).keyBy('cents')).toBeDefined();
  expect(unkeyed.flatMap(({ tags }) => tags).keyBy((tag) => tag, { name: 'tag' })).toBeDefined();
  expect(unkeyed.keyBy((sale) => `${sale.shop}-${sale.till}`, { name: 'till', receivers: [2] })).toBeDefined();
  expect(unkeyed.keyAll()).toBeDefined();
  // @ts-expect-error a transformation that drops the partition key
  expect(timed.map(({ cents }) => ({ cents })).keyAll()).toBeDefined();
});

/** Never called: a wrong definition would throw at once. */
export function misuse(): void {
  // @ts-expect-error a field that is not in the schema
  windowed.aggregate({ total: sum('dollars') });
  // @ts-expect-error the sum of a text
  windowed.aggregate({ total: sum('note') });
  // @ts-expect-error the mean of a list
  windowed.aggregate({ average: mean('tags') });
  // @ts-expect-error the least of a list
  windowed.aggregate({ least: min('tags') });
  // @ts-expect-error the most of a field that is not there
  windowed.aggregate({ most: max('') });
  // @ts-expect-error a condition on a field that is not there
  windowed.aggregate({ large: countIf((sale) => sale.dollars > 10) });
  // @ts-expect-error an aggregate that does not exist
  windowed.aggregate({ total: 'sum' });
  // @ts-expect-error a function in place of an aggregate
  windowed.aggregate({ total: () => 5 });
  // @ts-expect-error how many receivers is a list
  timed.keyBy('till', { receivers: 4 });
  // @ts-expect-error settings come last
  timed.keyBy({ receivers: [4] }, 'till');
  // @ts-expect-error a key function without settings
  timed.keyBy((sale) => sale.shop);
  // @ts-expect-error a key function without a name
  timed.keyBy((sale) => sale.shop, { receivers: [2] });
  // @ts-expect-error a key that is a list
  timed.keyBy((sale) => sale.tags, { name: 'tags' });
  // @ts-expect-error a field and a function
  timed.keyBy('shop', (sale) => sale.till, { name: 'till' });
  // @ts-expect-error receivers of one key
  timed.keyAll({ receivers: [2] });
  // @ts-expect-error windows before keys, without a partition key
  pipeline('sales').source(kinesis({ stream: 'sales', schema: Sale })).arrivalTime().window(tumbling({ sizeMs: 10 }));
  // @ts-expect-error a field that is not in the schema
  timed.keyBy('store');
  // @ts-expect-error a partition key that is not in the schema
  kinesis({ stream: 'sales', partitionKey: 'store', schema: Sale });
  // @ts-expect-error a partition key that is neither text nor number
  kinesis({ stream: 'sales', partitionKey: 'tags', schema: Sale });
  // @ts-expect-error a source without a schema
  kinesis({ stream: 'sales', partitionKey: 'shop' });
  // @ts-expect-error an event time that is text
  pipeline('sales').source(sales).eventTime((sale) => sale.note, { maxOutOfOrdernessMs: 0 });
  // @ts-expect-error an event time of a field that is not there
  pipeline('sales').source(sales).eventTime((sale) => sale.at, { maxOutOfOrdernessMs: 0 });
  // @ts-expect-error no out-of-orderness bound
  pipeline('sales').source(sales).eventTime((sale) => sale.soldMs, {});
  // @ts-expect-error a setting that does not exist
  pipeline('sales').source(sales).eventTime((sale) => sale.soldMs, { maxOutOfOrdernessMs: 0, grace: 5 });
  // @ts-expect-error windows before keys
  timed.window(tumbling({ sizeMs: 10 }));
  // @ts-expect-error a size as text
  tumbling({ sizeMs: '1h' });
  // @ts-expect-error a size in another unit
  tumbling({ sizeSeconds: 10 });
  // @ts-expect-error no sink
  windowed.aggregate({ n: count() }).to();
  // @ts-expect-error a sink by name
  windowed.aggregate({ n: count() }).to('lake');
  // @ts-expect-error a frozen value
  windowed.aggregate({ n: count() }).to(lake()).topology.name = 'other';
}
