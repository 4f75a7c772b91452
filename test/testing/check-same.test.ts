import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { kinesis, pipeline, resultTable, value, type Pipeline } from '../../engine/index.ts';
import busiest from '../../pipelines/busiest.ts';
import flights from '../../pipelines/flights.ts';
import { checkSame, PipelineTest } from '../../testing/index.ts';

const HOUR_MS = 3_600_000;
const airports = ['ATL', 'DFW', 'JFK', 'LAX', 'ORD'];
const departures = Array.from({ length: 60 }, (_, i) => ({
  date: i * 200_000,
  delay: i % 40,
  distance: 100 + i,
  origin: airports[i % 5] as string,
  destination: airports[(i * 3 + 1) % 5] as string,
}));

const Reading = z.object({ sensor: z.string(), timeMs: z.int() });

/** Counts the calls of its own code in the memory of a function: what no engine can make right. */
function counting() {
  let calls = 0;
  return pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'sensor', schema: Reading }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
    .keyBy('sensor')
    .process({
      state: { seen: value<number>() },
      results: { calls: 'integer' },
      onRecord: (_, { emit }) => emit({ calls: ++calls }),
    })
    .to(resultTable());
}

describe('a check that results are the same however records come', () => {
  it.each<[string, Pipeline]>([
    ['windows by the partition key', flights],
    ['two exchanges', busiest],
  ])('holds for %s', async (_, given) => {
    const checking = checkSame(given, (test) => test.put(...departures), { partitions: 2, runs: 8 });
    await expect(checking).resolves.toBeUndefined();
  });

  it('cuts batches, brings them twice, kills functions and splits shards', async () => {
    const shards = new Set<number>();
    await checkSame(
      flights,
      async (test) => {
        for (const each of departures) await test.put(each);
        shards.add(test.partitions().length);
      },
      { runs: 5, startMs: 10 * HOUR_MS },
    );
    expect(Math.max(...shards)).toBeGreaterThan(1);
  });

  it('fails with the seed of the run where code of a pipeline remembers outside of its state', async () => {
    const readings = Array.from({ length: 10 }, (_, i) => ({ sensor: 'a', timeMs: i }));
    const checking = checkSame(counting(), (test) => test.put(...readings));
    await expect(checking).rejects.toMatchObject({
      code: 'RESULTS_DIFFER',
      message: expect.stringMatching(/^results of readings must be the same .* with seed 1; run it alone with/),
    });
  });

  it.each([0, 1.5, Number.NaN])('refuses %d runs', async (runs) => {
    await expect(checkSame(flights, async () => undefined, { runs })).rejects.toMatchObject({
      code: 'INVALID_SETTING',
    });
    expect(() => new PipelineTest(flights, { partitions: runs })).toThrow(/partitions must be a whole number/);
  });
});
