import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  collect,
  count,
  everyEventTime,
  everyRecords,
  global,
  hopping,
  kinesis,
  lake,
  pipeline,
  session,
  sliding,
  tumbling,
} from '../../../engine/index.ts';
import { hashOfKey, MAX_HASH } from '../../../engine/codec/key-hash.ts';
import type { WindowSettings } from '../../../engine/dsl/window-settings.ts';
import type { Topology } from '../../../engine/topology.ts';
import { inheritState } from '../../../engine/state/inherit-state.ts';
import type { Repeat } from '../../../engine/window/emission.ts';
import type { Windows } from '../../../engine/window/windows.ts';
import { MovingPartition } from '../support/moves.ts';
import { reading, READING } from '../support/readings.ts';
import type { Event } from './naive.ts';

const LOW = { fromHash: 0n, toHash: MAX_HASH >> 1n };
const HIGH = { fromHash: (MAX_HASH >> 1n) + 1n, toHash: MAX_HASH };
const isLow = (key: string) => hashOfKey(key) <= LOW.toHash;
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

const small = fc.integer({ min: 1, max: 12 });
/** Windows with a trigger by records may have any accumulation; the others fire by themselves. */
const definitions = (repeat: (n: number) => Repeat): fc.Arbitrary<readonly [Windows, WindowSettings]> =>
  fc
    .record({
      windows: fc.oneof(
        small.map((sizeMs) => tumbling({ sizeMs })),
        small.map((advanceMs) => hopping({ sizeMs: advanceMs * 2, advanceMs })),
        small.map((gapMs) => session({ gapMs })),
        small.map((timeDifferenceMs) => sliding({ timeDifferenceMs })),
        fc.constant(global()),
      ),
      allowedLatenessMs: fc.constantFrom(0, 3, 10, 1_000),
      early: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      late: fc.integer({ min: 1, max: 3 }),
      accumulation: fc.constantFrom('accumulating' as const, 'discarding' as const, 'retracting' as const),
      finalOnly: fc.boolean(),
    })
    .map(({ windows, allowedLatenessMs, early, late, accumulation, finalOnly }) => {
      if (windows.kind === 'global')
        return [windows, { trigger: { early: repeat(early ?? 2) }, accumulation }] as const;
      if (finalOnly) return [windows, { allowedLatenessMs, finalOnly }] as const;
      if (windows.kind === 'sliding') return [windows, { allowedLatenessMs }] as const;
      return [
        windows,
        {
          allowedLatenessMs,
          accumulation,
          trigger: { late: repeat(late), ...(early === undefined ? {} : { early: repeat(early) }) },
        },
      ] as const;
    });
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.record({ key: fc.constantFrom(...KEYS), timeMs: fc.integer({ min: -20, max: 60 }), value: fc.nat({ max: 99 }) }),
  { maxLength: 15 },
);

function topologyOf([windows, settings]: readonly [Windows, WindowSettings], maxOutOfOrdernessMs: number): Topology {
  return pipeline('merged')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 10_000 })
    .keyBy('key')
    .window(windows, settings)
    .aggregate({ n: count(), all: collect('value', { maxItems: 100 }) })
    .to(lake()).topology;
}

/** Time moves on, whether anything is due or not. */
function moveOn(partition: MovingPartition, watermarkMs: number): void {
  const result = partition.tryTick({ watermarkMs, processingTimeMs: undefined });
  if (result !== undefined) partition.tick(result);
  else partition.state.watermarkMs = Math.max(partition.state.watermarkMs, watermarkMs);
}

const resultsOf = (partitions: readonly MovingPartition[]) =>
  partitions.flatMap(({ outboxes }) => outboxes.flatMap(({ results }) => results));
const lateOf = (partitions: readonly MovingPartition[]) =>
  partitions
    .flatMap(({ outboxes }) => outboxes.flatMap(({ lateRecords }) => lateRecords.map(({ offset }) => Number(offset))))
    .sort((a, b) => a - b);

/** Every result. */
const said = (partitions: readonly MovingPartition[]) =>
  resultsOf(partitions)
    .map((row) => JSON.stringify(row))
    .sort();

/** What stands in the end: the newest values of a window, or all its parts together; a session has grown between parts. */
function standing(
  partitions: readonly MovingPartition[],
  [{ kind }, { accumulation }]: readonly [Windows, WindowSettings],
): string[] {
  const isParts = accumulation === 'discarding';
  const places = new Map<string, number[]>();
  for (const { key, windowStartMs, values, retracted } of resultsOf(partitions)) {
    const place = isParts && kind === 'session' ? key : `${key}/${windowStartMs}`;
    const { items = [] } = (values as { all?: { items: number[] } }).all ?? {};
    const before = isParts ? (places.get(place) ?? []) : [];
    places.set(place, [...before, ...(retracted === true ? [] : items)]);
  }
  return [...places]
    .filter(([, items]) => items.length > 0)
    .map(([place, items]) => `${place}: ${items.toSorted((a, b) => a - b).join(' ')}`)
    .sort();
}

/** Two shards, the one that they become, and the two as they would have gone on. */
function merge(
  definition: readonly [Windows, WindowSettings],
  maxOutOfOrdernessMs: number,
  before: readonly Event[],
  after: readonly Event[],
  restarts: boolean,
): { child: MovingPartition[]; parents: MovingPartition[] } {
  const topology = topologyOf(definition, maxOutOfOrdernessMs);
  const [low, high, child] = [
    new MovingPartition(topology),
    new MovingPartition(topology),
    new MovingPartition(topology),
  ];
  before.forEach(({ key, timeMs, value }, i) => (isLow(key) ? low : high).process(reading(i, key, timeMs, value)));
  const whole = { parents: ['low', 'high'], fromHash: 0n, toHash: MAX_HASH };
  child.commit(
    inheritState(
      topology,
      whole,
      [
        { state: low.state, range: LOW },
        { state: high.state, range: HIGH },
      ],
      0,
    ),
  );
  if (restarts) child.restart();
  low.outboxes.length = 0;
  high.outboxes.length = 0;
  after.forEach(({ key, timeMs, value }, i) => {
    child.process(reading(100 + i, key, timeMs, value));
    (isLow(key) ? low : high).process(reading(100 + i, key, timeMs, value));
    for (const parent of [low, high]) moveOn(parent, child.state.watermarkMs);
  });
  for (const partition of [child, low, high]) moveOn(partition, 5_000);
  return { child: [child], parents: [low, high] };
}

describe('two shards that become one (PL-25)', () => {
  const slack = fc.nat({ max: 10 });

  it('have keys each', () => {
    expect(KEYS.map(isLow)).toEqual(expect.arrayContaining([true, false]));
  });

  it('give each key what its own shard would have given, had it gone on: nothing twice, nothing opened again', () => {
    fc.assert(
      fc.property(definitions(everyRecords), slack, events, events, fc.boolean(), (...world) => {
        const { child, parents } = merge(...world);
        expect(said(child)).toEqual(said(parents));
        expect(lateOf(child)).toEqual(lateOf(parents));
      }),
      { numRuns: 600 },
    );
  }, 120_000);

  it('look at triggers by the smaller watermark, so what comes out in between may come at another time: in the end the same stands', () => {
    const ending = definitions(everyEventTime).filter(([{ kind }]) => kind !== 'global');
    fc.assert(
      fc.property(ending, slack, events, events, fc.boolean(), (...world) => {
        const { child, parents } = merge(...world);
        expect(standing(child, world[0])).toEqual(standing(parents, world[0]));
        expect(lateOf(child)).toEqual(lateOf(parents));
      }),
      { numRuns: 500 },
    );
  }, 120_000);
});
