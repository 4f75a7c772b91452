import { describe, expect, it } from '@jest/globals';
import { MemoryShards } from '../../../adapters/memory/shards.ts';
import {
  count,
  custom,
  everyRecords,
  hopping,
  kinesis,
  pipeline,
  resultTable,
  session,
  tumbling,
  value,
} from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import { MAX_HASH } from '../../../engine/codec/key-hash.ts';
import type { Processor } from '../../../engine/processor.ts';
import { processTick } from '../../../engine/process-tick.ts';
import type { DeadLetter, ResultRow } from '../../../engine/outputs.ts';
import { step } from '../../../engine/step.ts';
import { requireNoFailure, type TickReport } from '../../../engine/tick/tick-report.ts';
import { SHARD } from '../../support/samples.ts';
import { ANYTHING } from '../support/readings.ts';
import { StreamWorld } from '../support/stream-world.ts';
import {
  BAD,
  busyFor,
  cutOffAfter,
  explodes,
  forever,
  guardedWorld,
  LIMITS,
  note,
  userCode,
  type Note,
} from './support.ts';

const notes = () =>
  pipeline('notes')
    .source(kinesis({ stream: 'notes', partitionKey: 'key', schema: ANYTHING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, idleTimeoutMs: 1 })
    .map((one) => one as Note)
    .keyBy('key');

type DueMs = (timeMs: number) => number;
type IsWanted = (text: string) => boolean;

/** Remembers the last text of each key; a timer makes it a result if it is wanted. */
function remembering(dueMs: DueMs, domain: 'event' | 'processing', wanted: IsWanted): Topology {
  return notes()
    .process({
      state: { text: value<string>() },
      results: { text: 'text' },
      onRecord: ({ value: one }, context) => {
        context.state.text.set(one.text);
        if (domain === 'event') context.setTimer(dueMs(one.timeMs));
        else context.setProcessingTimer(dueMs(one.timeMs));
      },
      onTimer: (_timer, { state, emit }) => {
        const text = state.text.get() ?? '';
        if (wanted(text)) emit({ text });
      },
    })
    .to(resultTable()).topology;
}

const unlessExploding = (text: string): boolean => !explodes(text);
const TEN = (timeMs: number): number => (timeMs < 10 ? 10 : timeMs + 10);
/** Long after every arrival of these tests. */
const TICK_MS = 5_000;
const keysOf = (rows: readonly ResultRow[]): string[] => rows.map(({ key }) => key).sort();
const about = ({ code, data }: DeadLetter) => [code, JSON.parse(new TextDecoder().decode(data))];

function tick(processor: Processor): Promise<TickReport> {
  const shards = new MemoryShards();
  shards.known.set(SHARD.partition, { fromHash: 0n, toHash: MAX_HASH, parents: [] });
  return processTick({ ...processor, shards }, SHARD, TICK_MS);
}

describe('a timer that never ends', () => {
  it('becomes a dead letter with its key and time, and all others fire', async () => {
    const world = guardedWorld(remembering(TEN, 'event', unlessExploding));
    const records = [note(1, 'a', 0), note(2, 'b', 1, BAD), note(3, 'c', 2), note(4, 'd', 12), note(5, 'd', 25)];
    const report = await world.instance().process(...records);
    expect(world.sink.deadLetters.map(about)).toEqual([['USER_CODE_TIMEOUT', { key: 'b', timer: '', timeMs: 10 }]]);
    expect(keysOf(world.sink.results)).toEqual(['a', 'c', 'd']);
    expect(report).toMatchObject({ recordsIn: 5, counted: 5, deadLetters: 1, resultsOut: 3 });
  });

  it('becomes a dead letter when a tick makes it due', async () => {
    const world = guardedWorld(remembering((timeMs) => 2_000 + timeMs, 'processing', unlessExploding));
    await world.instance().process(note(1, 'a', 0), note(2, 'b', 1, BAD), note(3, 'c', 2));
    requireNoFailure(await tick(world.instance().processor));
    expect(world.sink.deadLetters.map(about)).toEqual([['USER_CODE_TIMEOUT', { key: 'b', timer: '', timeMs: 2_001 }]]);
    expect(keysOf(world.sink.results)).toEqual(['a', 'c']);
  });

  it('is dealt with by the next tick when the function is cut off behind a commit', async () => {
    const world = guardedWorld(remembering((timeMs) => 2_000 + timeMs, 'processing', unlessExploding));
    await world.instance().process(note(1, 'a', 0), note(2, 'b', 1, BAD), note(3, 'c', 2), note(4, 'd', 3, BAD));
    let ticks = 0;
    for (let failures = 1; failures > 0; ticks++) {
      const { processor } = world.instance({ userCode: cutOffAfter(3) });
      ({ length: failures } = (await tick(processor)).failures);
      expect(ticks).toBeLessThan(5);
    }
    expect(ticks).toBeGreaterThan(1);
    expect(world.sink.deadLetters.map(about).map(([, { key }]) => key)).toEqual(['b', 'd']);
    expect(keysOf(world.sink.results)).toEqual(['a', 'c']);
  });

  it('does not use up more time than an invocation has, however many are due at one instant', async () => {
    const world = guardedWorld(remembering(TEN, 'event', unlessExploding));
    const records = Array.from({ length: 500 }, (_, i) => note(i + 1, `key-${i}`, 1, i === 0 ? 'fine' : BAD));
    const startMs = performance.now();
    await world.instance().process(...records, note(501, 'last', 12), note(502, 'last', 25));
    expect(performance.now() - startMs).toBeLessThan(LIMITS.longMs * 4);
    expect(world.sink.deadLetters).toHaveLength(499);
    expect(keysOf(world.sink.results)).toEqual(['key-0', 'last']);
  });
});

describe('firings that take long together though each of them is quick', () => {
  const slow = (text: string): boolean => text !== '' && busyFor(10);

  it('are made in parts between instants, and none is refused', async () => {
    const world = guardedWorld(remembering((timeMs) => timeMs + 100, 'event', slow));
    const records = Array.from({ length: 60 }, (_, i) => note(i + 1, `key-${i}`, i));
    const report = await world.instance().process(...records, note(61, 'last', 500));
    expect(report).toMatchObject({ counted: 61, deadLetters: 0, resultsOut: 60 });
    expect(report.commits).toBeGreaterThan(2);
  });

  it('are given more time when they are all due at one instant, which is never cut', async () => {
    const world = guardedWorld(remembering(TEN, 'event', slow));
    const records = Array.from({ length: 60 }, (_, i) => note(i + 1, `key-${i}`, 1));
    const report = await world.instance().process(...records, note(61, 'last', 12));
    expect(report).toMatchObject({ counted: 61, deadLetters: 0, resultsOut: 60 });
  });
});

const isWanted = ({ n }: { readonly n: number }): boolean => (n === 2 ? forever() : true);

describe('a window whose result never ends', () => {
  it('becomes a dead letter with its key and bounds when it fires at its end, and the others come out', async () => {
    const counts = notes()
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() });
    const world = guardedWorld(counts.filter(isWanted).to(resultTable()).topology);
    const records = [note(1, 'a', 0), note(2, 'b', 1), note(3, 'b', 2), note(4, 'c', 3)];
    await world.instance().process(...records, note(5, 'c', 25));
    const window = { windowStartMs: 0, windowEndMs: 10 };
    expect(world.sink.deadLetters.map(about)).toEqual([['USER_CODE_TIMEOUT', { key: 'b', ...window }]]);
    expect(keysOf(world.sink.results)).toEqual(['a', 'c']);
  });

  it('makes a dead letter of the record with which it fires early or late', async () => {
    const trigger = { early: everyRecords(1), late: everyRecords(1) };
    const topology = notes()
      .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs: 50, trigger })
      .aggregate({ n: count() })
      .filter(isWanted)
      .to(resultTable()).topology;
    const world = guardedWorld(topology);
    const records = [note(1, 'a', 0), note(2, 'a', 1), note(3, 'b', 12), note(4, 'a', 2), note(5, 'b', 30)];
    await world.instance().process(...records);
    expect(world.sink.deadLetters.map(({ offset, code }) => [offset, code])).toEqual([
      [2n, 'USER_CODE_TIMEOUT'],
      [4n, 'USER_CODE_TIMEOUT'],
    ]);
    expect(new Set(world.sink.results.map(({ values }) => values['n']))).toEqual(new Set([1]));
    expect(new Set(keysOf(world.sink.results))).toEqual(new Set(['a', 'b']));
    expect((await world.head()).counters).toMatchObject({ recordsIn: 5, counted: 3, deadLetters: 2 });
  });
});

/** Its `merge` loops where both parts have the bad text's length. */
const meeting = () =>
  custom('meeting', (one: Note) => one.text.length, {
    init: () => 0,
    add: (a, length) => Math.max(a, length),
    merge: (a, b) => (a === BAD.length && b === BAD.length ? forever() : Math.max(a, b)),
    result: (a) => a,
    resultType: 'integer',
  });

describe('a merge of an aggregate that never ends', () => {
  it('makes a dead letter of the window whose parts it would merge', async () => {
    const windows = notes().window(hopping({ sizeMs: 20, advanceMs: 10 }));
    const world = guardedWorld(windows.aggregate({ most: meeting() }).to(resultTable()).topology);
    const parts = [note(1, 'a', 5, BAD), note(2, 'b', 5), note(3, 'a', 15, BAD), note(4, 'b', 15)];
    await world.instance().process(...parts, note(5, 'b', 45));
    const window = { windowStartMs: 0, windowEndMs: 20 };
    expect(world.sink.deadLetters.map(about)).toEqual([['USER_CODE_TIMEOUT', { key: 'a', ...window }]]);
    expect(keysOf(world.sink.results)).toEqual(['a', 'a', 'b', 'b', 'b']);
  });

  it('makes a dead letter of the record that would join two sessions', async () => {
    const sessions = notes().window(session({ gapMs: 10 }), { allowedLatenessMs: 100 });
    const world = guardedWorld(sessions.aggregate({ most: meeting() }).to(resultTable()).topology);
    await world.instance().process(note(1, 'a', 0, BAD), note(2, 'a', 16, BAD), note(3, 'a', 8), note(4, 'b', 200));
    expect(world.sink.deadLetters.map(({ offset, code }) => [offset, code])).toEqual([[3n, 'USER_CODE_TIMEOUT']]);
    expect(world.sink.results).toHaveLength(2);
  });
});

describe('a shard that is sealed in the middle of a move of time', () => {
  it('refuses a timer that never ends, fires the others, and hands over to its child', async () => {
    const topology = remembering((timeMs) => timeMs + 10, 'event', unlessExploding);
    const stream = new StreamWorld({ topology, userCode: userCode() });
    stream.open('root');
    const records = [note(1, 'a', 0), note(2, 'b', 1, BAD), note(3, 'c', 50)];
    // A function that is cut off behind its first commit leaves the timer of b to the next.
    await stream.instance().inner.processor.logs.use({ ...SHARD, partition: 'root' }, async (log) => {
      await log.commit(step(topology, log.state, records, { rows: 100, timers: 1 }));
    });
    stream.split('root', 'low', 'high');
    await stream.instance().take('low', [note(4, 'a', 60)]);
    expect(await stream.head('root')).toMatchObject({ sealedFor: ['high', 'low'], pending: undefined });
    const timer = { key: 'b', timer: '', timeMs: 11 };
    expect(stream.world.sink.deadLetters.map(about)).toEqual([['USER_CODE_TIMEOUT', timer]]);
    // That of c is inherited, and due by the record of the child.
    expect(keysOf(stream.world.sink.results)).toEqual(['a', 'c']);
  });
});
