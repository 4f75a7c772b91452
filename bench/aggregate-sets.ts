import {
  approxDistinct,
  collect,
  count,
  countIf,
  custom,
  first,
  histogram,
  kinesis,
  last,
  max,
  maxBy,
  mean,
  min,
  minBy,
  minutes,
  pipeline,
  quantile,
  quantiles,
  resultTable,
  seconds,
  standardDeviation,
  sum,
  sumExact,
  topN,
  tumbling,
  variance,
} from '../engine/index.ts';
import type { Topology } from '../engine/topology.ts';
import { Reading } from './readings.ts';

export const AGGREGATE_COUNTS = [1, 5, 20] as const;
export type AggregateCount = (typeof AGGREGATE_COUNTS)[number];

/** The same source and windows with so many aggregates. */
export function topologyWith(aggregates: AggregateCount): Topology {
  return TOPOLOGIES[aggregates];
}

const windows = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'device', schema: Reading }))
  .eventTime((reading) => reading.timeMs, { maxOutOfOrdernessMs: seconds(5) })
  .keyBy('device')
  .window(tumbling({ sizeMs: minutes(5) }));

const five = { count: count(), sum: sum('value'), mean: mean('value'), min: min('value'), max: max('value') };

const twenty = windows.aggregate({
  ...five,
  countIf: countIf((reading) => reading.value < 0),
  sumExact: sumExact('value'),
  variance: variance('value', { of: 'sample' }),
  standardDeviation: standardDeviation('value', { of: 'population' }),
  first: first('value'),
  last: last('value'),
  minBy: minBy('timeMs', { by: 'value' }),
  maxBy: maxBy('timeMs', { by: 'value' }),
  topN: topN('value', { n: 3, by: 'value' }),
  collect: collect('value', { maxItems: 10 }),
  approxDistinct: approxDistinct('value'),
  quantile: quantile('value', 0.5),
  quantiles: quantiles('value', { p50: 0.5, p95: 0.95 }),
  histogram: histogram('value', { bounds: [0, 100, 500] }),
  custom: custom('range', (reading) => reading.value, {
    init: () => ({ least: Infinity, most: -Infinity }),
    add: ({ least, most }, value) => ({ least: Math.min(least, value), most: Math.max(most, value) }),
    merge: (a, b) => ({ least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) }),
    result: ({ least, most }) => most - least,
  }),
});

const TOPOLOGIES: Readonly<Record<AggregateCount, Topology>> = {
  1: windows.aggregate({ count: count() }).to(resultTable()).topology,
  5: windows.aggregate(five).to(resultTable()).topology,
  20: twenty.to(resultTable()).topology,
};
