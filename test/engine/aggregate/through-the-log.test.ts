import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import {
  approxDistinct,
  collect,
  custom,
  first,
  histogram,
  last,
  maxBy,
  mean,
  minBy,
  quantiles,
  standardDeviation,
  sum,
  sumExact,
  topN,
  variance,
} from '../../../engine/index.ts';
import { reading, topologyOf, type Reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

const ALL: Readonly<Record<string, Aggregate<Reading>>> = {
  total: sum('value'),
  exact: sumExact('timeMs'),
  average: mean('value'),
  spread: variance('value', { of: 'sample' }),
  deviation: standardDeviation('value', { of: 'population' }),
  first: first(['value', 'timeMs']),
  last: last('value'),
  least: minBy('timeMs', { by: 'value' }),
  most: maxBy(['key', 'timeMs'], { by: 'value' }),
  top: topN('value', { n: 2, by: 'value' }),
  all: collect('value', { maxItems: 3 }),
  different: approxDistinct('value', { precision: 5 }),
  quantiles: quantiles('value', { p50: 0.5, p99: 0.99 }),
  intervals: histogram('value', { bounds: [0, 1] }),
  mine: custom('values', ({ value }: Reading) => value, {
    init: () => [0],
    add: (list, value) => [...list, value].sort((a, b) => a - b),
    merge: (a, b) => [...a, ...b],
    result: (list) => list.length,
  }),
};

const readings = fc.array(
  fc.record({
    timeMs: fc.integer({ min: 0, max: 40 }),
    value: fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.constantFrom(-0, 0.1, 0.2, 5e-324)),
  }),
  { minLength: 1, maxLength: 30 },
);

/** @param restarts whether the memory is lost after the batch, so that all state comes back out of the log */
async function run(
  list: ReadonlyArray<{ readonly timeMs: number; readonly value: number }>,
  batches: ReadonlyArray<{ readonly size: number; readonly restarts: boolean }>,
) {
  const world = new World({
    topology: topologyOf({ aggregates: ALL, maxOutOfOrdernessMs: 5, allowedLatenessMs: 10 }),
    slots: 4,
  });
  const records = list.map(({ timeMs, value }, i) => reading(i + 1, 'a', timeMs, value));
  let instance = world.instance();
  let done = 0;
  for (const { size, restarts } of [...batches, { size: records.length, restarts: false }]) {
    const batch = records.slice(done, done + size);
    if (batch.length === 0) break;
    await instance.process(...batch);
    done += size;
    if (restarts) instance = world.instance();
  }
  const { counters, stateHash } = await world.head();
  return { text: world.sink.text, counters, stateHash };
}

describe('every kind of aggregate, through the log', () => {
  it('says the same, byte for byte, in one batch and in any batches with restarts', async () => {
    const batches = fc.array(fc.record({ size: fc.integer({ min: 1, max: 5 }), restarts: fc.boolean() }), {
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(readings, batches, async (list, cuts) => {
        expect(await run(list, cuts)).toEqual(await run(list, []));
      }),
    );
  });

  it('says in a table what it should', async () => {
    const { text, counters } = await run(
      [
        { timeMs: 3, value: 0.1 },
        { timeMs: 1, value: 0.2 },
        { timeMs: 1, value: 0.3 },
        { timeMs: 9, value: -1 },
        { timeMs: 39, value: 5 },
      ],
      [],
    );
    expect(counters).toMatchObject({ counted: 5, late: 0, deadLetters: 0 });
    expect(String(text)).toContain(
      JSON.stringify({
        total: -0.4,
        exact: '14',
        average: -0.1,
        spread: 0.36666666666666664,
        deviation: 0.5244044240850758,
        first: { timeMs: 1, value: 0.2 },
        last: -1,
        least: 9,
        most: { key: 'a', timeMs: 1 },
        top: [0.3, 0.2],
        all: { items: [0.2, 0.3, 0.1], dropped: 1 },
        different: 4,
        quantiles: { p50: 0.09924864547445744, p99: 0.1998668923232057 },
        intervals: [1, 3, 0],
        mine: 5,
      }),
    );
  });
});
