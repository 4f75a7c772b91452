import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  calendar,
  count,
  custom,
  everyEventTime,
  everyN,
  everyProcessingTime,
  everyRecords,
  global,
  hopping,
  kinesis,
  list,
  map,
  pipeline,
  resultTable,
  session,
  sliding,
  tumbling,
  value,
} from '../../engine/index.ts';
import type { Topology } from '../../engine/topology.ts';
import type { WindowSettings } from '../../engine/dsl/window-settings.ts';
import type { Windows } from '../../engine/window/windows.ts';
import { READING, type Reading } from '../engine/support/readings.ts';
import { eventRecord, HostileStream, reading } from './support.ts';

/** What a producer who knows the pipeline's mistakes would send. */
const MAKES_ADD_THROW = 1;
const MAKES_MERGE_THROW = 2;
const MAKES_MERGE_NO_DATA = 3;
const MAKES_RESULT_THROW = 4;
const MAKES_RESULT_LARGE = 5;

const faulty = custom('faulty', ({ value: given }: Reading) => given, {
  init: (): readonly number[] => [],
  add: (all, one) => {
    if (one === MAKES_ADD_THROW) throw new Error('add');
    return [...all, one];
  },
  merge: (a, b) => {
    const all = [...a, ...b];
    if (all.includes(MAKES_MERGE_THROW)) throw new Error('merge');
    return all.includes(MAKES_MERGE_NO_DATA) ? (new Map() as unknown as number[]) : all;
  },
  result: (all) => {
    if (all.length > 1 && all.includes(MAKES_RESULT_THROW)) throw new Error('result');
    return 'x'.repeat(all.filter((one) => one === MAKES_RESULT_LARGE).length * 600);
  },
  resultType: 'text',
});

const windows: readonly Windows[] = [
  tumbling({ sizeMs: 10 }),
  hopping({ sizeMs: 12, advanceMs: 4 }),
  session({ gapMs: 5 }),
  sliding({ timeDifferenceMs: 6 }),
  everyN({ n: 3 }),
  global(),
  calendar({ unit: 'day', timeZone: 'UTC' }),
];
const settings: readonly WindowSettings[] = [
  {},
  { allowedLatenessMs: 20 },
  { allowedLatenessMs: 20, finalOnly: true },
  { allowedLatenessMs: 20, trigger: { early: everyRecords(2) } },
  { allowedLatenessMs: 20, trigger: { early: everyEventTime(3), late: everyRecords(2) }, accumulation: 'discarding' },
  { allowedLatenessMs: 20, trigger: { early: everyProcessingTime(2) }, accumulation: 'retracting' },
];

const begun = () =>
  pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 4, maxClockSkewMs: 10_000 })
    .keyBy('key');

/** undefined: these windows do not go with these settings. */
function windowed(one: Windows, given: WindowSettings): Topology | undefined {
  try {
    return begun().window(one, given).aggregate({ n: count(), faulty }).to(resultTable()).topology;
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_SETTING' });
    return undefined;
  }
}

const WINDOWED = windows.flatMap((one) => settings.flatMap((given) => windowed(one, given) ?? []));

/** Remembers, sets timers, and fails in every place where it can. */
const PROCESSING = begun()
  .process({
    state: { last: value<number>({ ttlMs: 15 }), seen: list<number>(), names: map<number>() },
    results: { n: 'integer' },
    outputs: ['aside'],
    onRecord: ({ value: { value: given }, eventTimeMs }, context) => {
      context.state.seen.append(given);
      context.state.names.set(`n${given}`, (context.state.last.get() ?? 0) + 1);
      context.setTimer(eventTimeMs + given);
      context.setProcessingTimer(1_000 + given, 'later');
      context.emit({ n: context.state.seen.get().length });
      if (given === MAKES_ADD_THROW) throw new Error('record');
      if (given === MAKES_MERGE_THROW) context.setTimer(NaN);
      if (given === MAKES_MERGE_NO_DATA) context.state.last.set(5n as unknown as number);
      if (given === MAKES_RESULT_THROW) context.emitTo('elsewhere' as 'aside', given);
      context.state.last.set(given);
      if (given === MAKES_RESULT_LARGE) context.state.names.set('x'.repeat(2_000), 1);
    },
    onTimer: ({ timeMs }, context) => {
      context.emitTo('aside', timeMs);
      if (timeMs % 3 === 0) throw new Error('timer');
      if (timeMs % 5 === 0) context.state.names.set('\ud800', 1);
      context.state.names.clear();
    },
  })
  .to(resultTable()).topology;

const events = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b'),
    timeMs: fc.integer({ min: 0, max: 60 }),
    value: fc.integer({ min: 0, max: 9 }),
  }),
  { maxLength: 25 },
);

describe('code of the pipeline that fails', () => {
  it.each([
    ...WINDOWED.map((topology, i) => [`windows and triggers ${i}`, topology] as const),
    ['a process function', PROCESSING] as const,
  ])('stops no shard, and fails the same however records are cut: %s', async (_, topology) => {
    await fc.assert(
      fc.asyncProperty(events, async (list_) => {
        const records = [...list_, { key: 'c', timeMs: 500, value: 0 }, { key: 'c', timeMs: 9_000, value: 0 }].map(
          ({ key, timeMs, value: given }, i) => eventRecord(i + 1, reading(key, timeMs, given)),
        );
        const [together, apart] = [new HostileStream(topology), new HostileStream(topology)];
        await together.invoke(...records);
        for (const record of records) await apart.invoke(record);
        expect(apart.world.sink.text).toBe(together.world.sink.text);
        expect(await apart.rebuiltHash()).toBe(await together.rebuiltHash());
        const { recordsIn, counted, late, deadLetters } = (await together.world.head()).counters;
        expect(recordsIn).toBe(counted + late + deadLetters);
        // A firing or a timer that fails is nobody's record: a dead letter that names the result.
        const { deadLetters: letters } = together.world.sink;
        expect(letters.filter(({ code }) => code !== 'RESULT_FAILED')).toHaveLength(deadLetters);
      }),
      { numRuns: 40 },
    );
  });
});
