import {
  approxDistinct,
  collect,
  count,
  everyN,
  hopping,
  kinesis,
  last,
  list,
  map,
  max,
  mean,
  min,
  pipeline,
  quantile,
  resultTable,
  session,
  sliding,
  sum,
  sumExact,
  topN,
  tumbling,
  value,
  variance,
} from '../../engine/index.ts';
import { keyedAnew, twoLevels } from '../engine/exchange/exchange-world.ts';
import { READING, type Reading } from '../engine/support/readings.ts';
import type { Step, Story } from './story.ts';

/** Never change a story that a release has written: make another one, and let the next release write it. */
export const STORIES: readonly Story[] = [
  {
    name: 'tumbling windows with lateness, every kind of aggregate',
    pipeline: readings()
      .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 20 })
      .aggregate({
        n: count(),
        total: sum('value'),
        exact: sumExact('value'),
        least: min('value'),
        most: max('value'),
        average: mean('value'),
        spread: variance('value', { of: 'population' }),
        middle: quantile('value', 0.5),
        kinds: approxDistinct('value'),
        newest: last('value'),
        all: collect('value', { maxItems: 10 }),
        best: topN(['value', 'timeMs'], { n: 2, by: 'value' }),
      })
      .to(resultTable()),
    shards: ['shard'],
    ...inHalves('shard', 20, 12, { keys: 5, stepMs: 1 }),
  },
  {
    name: 'tumbling windows of many keys, packed',
    pipeline: readings()
      .window(tumbling({ sizeMs: 200 }))
      .aggregate({ n: count(), total: sum('value') })
      .to(resultTable()),
    packing: { fromEntries: 20, segmentEntries: 30, entriesPerCommit: 40, chainShare: 0.25 },
    shards: ['shard'],
    ...inHalves('shard', 20, 30, { keys: 150, stepMs: 1 }),
  },
  {
    name: 'hopping windows',
    pipeline: readings()
      .window(hopping({ sizeMs: 30, advanceMs: 10 }))
      .aggregate({ n: count(), total: sum('value') })
      .to(resultTable()),
    shards: ['shard'],
    ...inHalves('shard', 12, 8, { keys: 3, stepMs: 2 }),
  },
  {
    name: 'sliding windows',
    pipeline: readings()
      .window(sliding({ timeDifferenceMs: 20 }))
      .aggregate({ n: count(), total: sum('value') })
      .to(resultTable()),
    shards: ['shard'],
    ...inHalves('shard', 12, 6, { keys: 3, stepMs: 2 }),
  },
  {
    name: 'windows of so many records',
    pipeline: readings()
      .window(everyN({ n: 5 }))
      .aggregate({ n: count(), total: sum('value') })
      .to(resultTable()),
    shards: ['shard'],
    ...inHalves('shard', 10, 7, { keys: 3, stepMs: 2 }),
  },
  {
    name: 'sessions, the shard split and merged',
    pipeline: readings()
      .window(session({ gapMs: 12 }), { allowedLatenessMs: 10 })
      .aggregate({ n: count(), total: sum('value') })
      .to(resultTable()),
    shards: ['left', 'right'],
    before: [
      ...batches('left', { from: 0, batches: 9, records: 5, keys: 4, stepMs: 3 }),
      ...batches('right', { from: 0, batches: 9, records: 5, keys: 4, stepMs: 3 }),
      { reshard: ['left', 'right'], into: ['merged'] },
      { tickAtMs: 1_100 },
      ...batches('merged', { from: 45, batches: 3, records: 5, keys: 4, stepMs: 3 }),
    ],
    after: [
      ...batches('merged', { from: 60, batches: 8, records: 5, keys: 4, stepMs: 3 }),
      { reshard: ['merged'], into: ['last'] },
      { tickAtMs: 1_200 },
      ...batches('last', { from: 100, batches: 4, records: 5, keys: 4, stepMs: 3 }),
    ],
  },
  {
    name: 'a process function with values, maps, lists and timers',
    pipeline: readings()
      .process({
        state: {
          total: value<number>(),
          seen: map<number>(),
          recent: list<number>(),
          kept: value<number>({ ttlMs: 40 }),
        },
        results: { total: 'number', kinds: 'integer', recent: 'integer', kept: 'number' },
        outputs: ['odd'],
        onRecord({ value: reading, eventTimeMs }, { state, setTimer, emitTo }) {
          state.total.set((state.total.get() ?? 0) + reading.value);
          state.seen.set(String(reading.value), eventTimeMs);
          state.recent.append(reading.value);
          if (reading.value % 7 === 0) state.kept.set(reading.value);
          if (reading.value % 5 === 0) emitTo('odd', reading);
          setTimer(eventTimeMs + 25);
        },
        onTimer(_timer, { state, emit }) {
          emit({
            total: state.total.get() ?? 0,
            kinds: state.seen.entries().length,
            recent: state.recent.get().length,
            kept: state.kept.get() ?? -1,
          });
        },
      })
      .to(resultTable()),
    shards: ['shard'],
    ...inHalves('shard', 12, 6, { keys: 3, stepMs: 3 }),
  },
  {
    name: 'an exchange whose senders are split',
    pipeline: keyedAnew({ allowedLatenessMs: 20, maxOutOfOrdernessMs: 5 }),
    shards: ['left', 'right'],
    ...crossing(),
  },
  {
    name: 'two exchanges in a row',
    pipeline: twoLevels({ allowedLatenessMs: 10, maxOutOfOrdernessMs: 5 }),
    shards: ['left', 'right'],
    ...crossing(),
  },
];

function readings() {
  return pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 5 })
    .keyBy('key');
}

interface Load {
  /** Place of the first record in the stream, which says its time. */
  readonly from: number;
  readonly batches: number;
  readonly records: number;
  readonly keys: number;
  readonly stepMs: number;
}

/** Readings out of order; every 23rd is late by far, and every 41st cannot be read. */
function batches(shard: string, { from, batches: many, records, keys, stepMs }: Load): Step[] {
  return Array.from({ length: many }, (_, batch) => ({
    put: shard,
    bodies: Array.from({ length: records }, (_one, i) => bodyOf(from + batch * records + i, keys, stepMs)),
  }));
}

function bodyOf(place: number, keys: number, stepMs: number): Reading | string {
  if (place % 41 === 40) return 'no reading';
  const behindMs = place % 23 === 22 ? 35 : (place * 7) % 11;
  return {
    key: `key-${(place * 13) % keys}`,
    timeMs: Math.max(0, place * stepMs - behindMs),
    value: (place * 17) % 29,
  };
}

function inHalves(
  shard: string,
  many: number,
  records: number,
  { keys, stepMs }: Pick<Load, 'keys' | 'stepMs'>,
): Pick<Story, 'before' | 'after'> {
  return {
    before: batches(shard, { from: 0, batches: many, records, keys, stepMs }),
    after: batches(shard, { from: many * records, batches: many, records, keys, stepMs }),
  };
}

/** Each shard in its turn; the left one goes on as another one while rows of it are under way. */
function crossing(): Pick<Story, 'before' | 'after'> {
  const turns = (shards: readonly string[], from: number, many: number): Step[] =>
    Array.from({ length: many }, (_, turn) =>
      shards.flatMap((shard) => batches(shard, { from: from + turn * 6, batches: 1, records: 6, keys: 3, stepMs: 3 })),
    ).flat();
  return {
    before: [
      ...turns(['left', 'right'], 0, 9),
      { reshard: ['left'], into: ['low', 'high'] },
      { tickAtMs: 1_100 },
      ...turns(['low', 'high', 'right'], 54, 2),
    ],
    after: [
      ...turns(['low', 'high', 'right'], 66, 8),
      { reshard: ['low', 'high'], into: ['whole'] },
      { tickAtMs: 1_200 },
      ...turns(['whole', 'right'], 114, 5),
    ],
  };
}
