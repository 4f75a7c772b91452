import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { count, kafka, kinesis, pipeline, resultTable, sum, tumbling, value } from '../../engine/index.ts';
import busiest from '../../pipelines/busiest.ts';
import flights from '../../pipelines/flights.ts';
import fraud from '../../pipelines/fraud.ts';
import inbound from '../../pipelines/inbound.ts';
import orders from '../../pipelines/orders.ts';
import { PipelineTest } from '../../testing/index.ts';

const HOUR_MS = 3_600_000;
const departure = (origin: string, destination: string, atMs: number, delay = 0) => ({
  date: atMs,
  delay,
  distance: 500,
  origin,
  destination,
});

const Reading = z.object({ sensor: z.string(), timeMs: z.int(), value: z.int() });
const readings = (sizeMs = 10) =>
  pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'sensor', schema: Reading }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
    .keyBy('sensor')
    .window(tumbling({ sizeMs }))
    .aggregate({ n: count(), total: sum('value') })
    .to(resultTable());
const reading = (sensor: string, timeMs: number, value = 1) => ({ sensor, timeMs, value });

describe('a test of a pipeline', () => {
  it('gives what the windows of its records come to, with types', async () => {
    const test = new PipelineTest(flights);
    await test.put(
      departure('ATL', 'JFK', 0, 20),
      departure('ATL', 'LAX', HOUR_MS - 1, 4),
      departure('ORD', 'JFK', HOUR_MS),
    );
    expect(test.results).toEqual([]);
    await test.finish();
    expect(test.results).toMatchObject([
      { key: 'ATL', windowStartMs: 0, windowEndMs: HOUR_MS, revision: 1, values: { departures: 2, meanDelayMin: 12 } },
      { key: 'ORD', windowStartMs: HOUR_MS, values: { departures: 1 } },
    ]);
    const departures: unknown = test.results[0]?.values.departures;
    expect(departures).toBe(2);
  });

  it('shows records that came too late, and those that were not counted', async () => {
    const test = new PipelineTest(readings());
    await test.put(reading('a', 1), reading('a', 25));
    await test.put(reading('a', 2));
    await test.putText('{"sensor":"a"', { partitionKey: 'a' });
    await test.putText('{"sensor":"a","timeMs":"soon","value":1}', { partitionKey: 'a' });
    expect(test.results).toMatchObject([{ key: 'a', windowStartMs: 0, values: { n: 1 } }]);
    expect(test.lateRecords).toMatchObject([
      { key: 'a', eventTimeMs: 2, watermarkMs: 25, text: JSON.stringify(reading('a', 2)) },
    ]);
    expect(test.deadLetters).toMatchObject([{ code: 'NOT_JSON', text: '{"sensor":"a"' }, { code: 'SCHEMA_MISMATCH' }]);
  });

  it('counts nothing twice that comes again, to functions that know it and to new ones', async () => {
    const test = new PipelineTest(readings(), { partitions: 3 });
    for (const sensor of ['a', 'b', 'c', 'd']) await test.put(reading(sensor, 1), reading(sensor, 5));
    await test.repeat();
    test.restart();
    await test.repeat();
    await test.finish();
    expect(test.results.map(({ key, values }) => [key, values.n])).toEqual([
      ['a', 2],
      ['b', 2],
      ['c', 2],
      ['d', 2],
    ]);
  });

  it('keeps the state of keys while shards are split and merged', async () => {
    const test = new PipelineTest(readings());
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const [root] = test.partitions();
    await test.put(...keys.map((key) => reading(key, 1)));
    const halves = test.split(String(root));
    expect(test.partitions()).toEqual(halves);
    await test.put(...keys.map((key) => reading(key, 2)));
    const whole = test.merge(...halves);
    expect(test.partitions()).toEqual([whole]);
    await test.put(...keys.map((key) => reading(key, 3)));
    await test.finish();
    expect(test.results.map(({ key, values }) => [key, values.n])).toEqual(keys.map((key) => [key, 3]));
  });

  it('goes on with another definition that fits, and halts with one that does not', async () => {
    const test = new PipelineTest(readings());
    await test.put(reading('a', 1));
    test.redeploy(readings());
    await test.put(reading('a', 2));
    test.redeploy(readings(20));
    await expect(test.put(reading('a', 3))).rejects.toMatchObject({ code: 'STATE_SCHEMA_CHANGED' });
  });

  it('carries records through two exchanges', async () => {
    const test = new PipelineTest(busiest, { partitions: 2 });
    await test.put(...['ATL', 'ORD', 'DFW'].map((origin) => departure(origin, 'JFK', 5)), departure('ATL', 'LAX', 6));
    await test.finish();
    expect(test.results).toMatchObject([
      {
        windowStartMs: 0,
        values: {
          airports: 2,
          busiest: [
            { arrivals: 3, destination: 'JFK' },
            { arrivals: 1, destination: 'LAX' },
          ],
        },
      },
    ]);
  });

  it('takes the records of several sources, each by its name', async () => {
    const test = new PipelineTest(inbound);
    await test.putTo('short-haul', [departure('ATL', 'JFK', 5)]);
    const longHaul = { scheduledAt: 1, lateSeconds: 60, miles: 3_000, from: 'LAX', to: 'JFK' };
    await test.putTo('long-haul', [longHaul]);
    await test.finish();
    expect(test.results).toMatchObject([{ key: 'JFK', values: { departures: 2, totalDistanceMiles: 3_500 } }]);
    await expect(async () => test.put()).rejects.toThrow(/name the source/);
    await expect(async () => test.putTo('long', [])).rejects.toThrow(/one of short-haul, long-haul/);
  });

  it('joins the records of two sources', async () => {
    const test = new PipelineTest(orders);
    const order = (orderId: string, timeMs: number) => ({ orderId, shop: 'bakery', timeMs, cents: 500 });
    await test.putTo('orders', [order('paid', 0), order('unpaid', 1_000)]);
    await test.putTo('payments', [{ paymentId: 'p', orderId: 'paid', timeMs: 900_000, cents: 500 }]);
    await test.finish();
    expect(test.results).toMatchObject([
      { key: 'unpaid', windowStartMs: 1_000, values: { paymentId: null, paidAfterS: null } },
      { key: 'paid', windowStartMs: 900_000, values: { paymentId: 'p', paidAfterS: 900 } },
    ]);
  });

  it('runs process functions, their timers and their side outputs', async () => {
    const test = new PipelineTest(fraud);
    const charge = (chargeId: string, timeMs: number, cents: number) => ({
      chargeId,
      card: 'c',
      timeMs,
      cents,
      merchant: 'm',
    });
    await test.put(charge('small', 100_000, 50), charge('large', 110_000, 60_000), charge('later', 200_000, 90));
    await test.put(charge('late', 1, 5));
    await test.finish();
    expect(test.results).toMatchObject([
      { key: 'c', sequence: expect.any(Number), values: { smallId: 'small', seconds: 10 } },
    ]);
    expect(test.sideOutputs).toMatchObject([
      { output: 'too-late', key: 'c', eventTimeMs: 1, value: { chargeId: 'late' } },
    ]);
  });

  it('reads topics too, of which no shard can be split', async () => {
    const polled = pipeline('polled')
      .source(kafka({ topic: 'readings', partitionKey: 'sensor', schema: Reading }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyBy('sensor')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const test = new PipelineTest(polled, { partitions: 3 });
    await test.put(reading('a', 1), reading('b', 2), reading('a', 3));
    await test.finish();
    expect(test.results).toMatchObject([
      { key: 'a', values: { n: 2 } },
      { key: 'b', values: { n: 1 } },
    ]);
    expect(() => test.split('0')).toThrow(/open shard of a Kinesis stream/);
  });

  it('shows what fires by the clock as the test moves it', async () => {
    const reminded = pipeline('reminded')
      .source(kinesis({ stream: 'readings', partitionKey: 'sensor', schema: Reading }))
      .processingTime()
      .keyBy('sensor')
      .process({
        state: { seen: value<number>() },
        results: { atMs: 'integer' },
        onRecord: (_, { setProcessingTimer, processingTimeMs }) => setProcessingTimer(processingTimeMs + 60_000),
        onTimer: ({ timeMs }, { emit }) => emit({ atMs: timeMs }),
      })
      .to(resultTable());
    const test = new PipelineTest(reminded, { startMs: 1_000_000 });
    await test.put(reading('a', 1));
    await test.advance(59_000);
    expect(test.results).toEqual([]);
    await test.finish();
    expect(test.results).toHaveLength(1);
  });
});
