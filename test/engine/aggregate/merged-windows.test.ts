import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import type { Topology } from '../../../engine/topology.ts';
import {
  approxDistinct,
  collect,
  first,
  histogram,
  hopping,
  kinesis,
  last,
  maxBy,
  mean,
  minBy,
  pipeline,
  quantiles,
  resultTable,
  session,
  sliding,
  sum,
  topN,
  tumbling,
  variance,
} from '../../../engine/index.ts';
import type { Windows } from '../../../engine/window/windows.ts';
import { READING, reading, type Reading } from '../support/readings.ts';
import { Partition } from '../support/state.ts';
import { at, unwatched } from './contract.ts';

const ALL: Readonly<Record<string, Aggregate<Reading>>> = {
  total: sum('value'),
  average: mean('value'),
  spread: variance('value', { of: 'population' }),
  first: first('value'),
  last: last('value'),
  least: minBy('timeMs', { by: 'value' }),
  most: maxBy(['timeMs', 'value'], { by: 'value' }),
  top: topN('value', { n: 2, by: 'value' }),
  all: collect('value', { maxItems: 3 }),
  different: approxDistinct('value', { precision: 5 }),
  quantiles: quantiles('value', { p50: 0.5, p99: 0.99 }),
  intervals: histogram('value', { bounds: [0, 1] }),
};

function topologyWith(windows: Windows): Topology {
  return pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 200, maxClockSkewMs: 1_000 })
    .keyBy('key')
    .window(windows)
    .aggregate(ALL)
    .to(resultTable()).topology;
}

/** Whatever order they come in, none is late: the last one, far away, lets all windows before it fire. */
const readings = fc.array(
  fc.record({
    key: fc.constant('a'),
    timeMs: fc.integer({ min: 0, max: 60 }),
    value: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
  }),
  { minLength: 1, maxLength: 25 },
);
const END_MS = 900;

describe('windows that are merged of parts', () => {
  it.each<[string, Windows]>([
    ['hopping', hopping({ sizeMs: 20, advanceMs: 5 })],
    ['hopping with uneven parts', hopping({ sizeMs: 20, advanceMs: 8 })],
    ['session', session({ gapMs: 4 })],
    ['sliding', sliding({ timeDifferenceMs: 7 })],
    ['tumbling, which is not', tumbling({ sizeMs: 20 })],
  ])('say what all their records at once would: %s', (_, windows) => {
    fc.assert(
      fc.property(readings, (list) => {
        const partition = new Partition(topologyWith(windows));
        const { results } = partition.process(
          ...[...list, { key: 'a', timeMs: END_MS, value: 0 }].map(({ key, timeMs, value }, i) =>
            reading(i + 1, key, timeMs, value),
          ),
        );
        expect(results.length).toBeGreaterThan(0);
        for (const { windowStartMs, windowEndMs, values } of results) {
          const inside = list
            .filter(({ timeMs }) => timeMs >= windowStartMs && timeMs < windowEndMs)
            .map((one) => at(one.timeMs, one));
          const expected = Object.entries(ALL).map(([name, one]) => [
            name,
            JSON.parse(JSON.stringify(unwatched(one, inside) ?? null)),
          ]);
          expect(values).toEqual(Object.fromEntries(expected));
        }
      }),
      { numRuns: 60 },
    );
  });
});
