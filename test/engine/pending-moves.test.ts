import { describe, expect, it } from '@jest/globals';
import { fromLogItem, toLogItem } from '../../adapters/dynamodb/log-item.ts';
import { kinesis, lake, pipeline, value } from '../../engine/index.ts';
import { processBatch } from '../../engine/process-batch.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { SHARD, sampleEntry } from '../support/samples.ts';
import { READING, reading } from './support/readings.ts';
import { partitionOf, StreamWorld } from './support/stream-world.ts';
import { World, type Instance } from './support/world.ts';

const YEAR_MS = 31_536_000_000;
const MINUTE_MS = 60_000;

/** A heartbeat of each key by event time; by processing time too when a record asks for it with its value. */
const { topology } = pipeline('heartbeat')
  .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 2 * YEAR_MS })
  .keyBy('key')
  .process({
    state: { beats: value<number>() },
    results: { beats: 'integer' },
    onRecord: ({ eventTimeMs, value: everyMs }, { setTimer, setProcessingTimer, processingTimeMs }) => {
      setTimer(eventTimeMs + MINUTE_MS);
      if (everyMs.value > 1) setProcessingTimer(processingTimeMs + everyMs.value, 'p');
    },
    onTimer: ({ timeMs, domain, name }, { state, setTimer, setProcessingTimer, emit }) => {
      const beats = (state.beats.get() ?? 0) + 1;
      state.beats.set(beats);
      if (beats % 1_000 === 0) emit({ beats });
      if (name === 'again') setTimer(timeMs, 'again');
      else if (domain === 'event') setTimer(timeMs + MINUTE_MS);
      else setProcessingTimer(timeMs + MINUTE_MS, name);
    },
  })
  .to(lake());

function small(instance: Instance, maxTimersPerCommit: number): Instance {
  Object.assign(instance.processor, { maxTimersPerCommit });
  return instance;
}

async function outcomeOf(world: World) {
  const { reached, counters, stateHash, watermarkMs, pending } = await world.head();
  return { text: world.sink.text, reached, counters, stateHash, watermarkMs, pending };
}

describe('a record a year after the one before', () => {
  it('is committed in parts that cost as much each, and says what one commit would', async () => {
    const [whole, parts] = [new World({ topology }), new World({ topology })];
    const records = [reading(1, 'a', 0), reading(2, 'b', YEAR_MS / 12), reading(3, 'a', YEAR_MS / 12)];
    await small(whole.instance(), 1_000_000).process(...records);
    const report = await small(parts.instance(), 1_000).process(...records);
    expect(report).toMatchObject({ recordsIn: 3, counted: 3, commits: 44 });
    expect(await outcomeOf(parts)).toEqual(await outcomeOf(whole));
    expect((await whole.head()).pending).toBeUndefined();
  });

  it('is gone on with by another instance where one died, by a batch of which every record is replayed', async () => {
    const world = new World({ topology });
    const records = [reading(1, 'a', 0), reading(2, 'a', 100 * MINUTE_MS)];
    world.logs.script = ['ok', 'ok', ...Array.from({ length: 5 }, () => 'lost request' as const)];
    await expect(small(world.instance(), 10).process(...records)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await world.head()).toMatchObject({
      reached: 2n,
      watermarkMs: 100 * MINUTE_MS,
      pending: { domain: 'event', operator: 'process', fromMs: 0, firedMs: 20 * MINUTE_MS },
    });
    world.logs.script = [];
    expect(await small(world.instance(), 10).process(...records)).toMatchObject({
      recordsIn: 0,
      recordsReplayed: 2,
      commits: 8,
    });
    const whole = new World({ topology });
    await whole.instance().process(...records);
    expect(await outcomeOf(world)).toEqual(await outcomeOf(whole));
  });

  it('holds the next record back until all that it made due has fired', async () => {
    const world = new World({ topology });
    await small(world.instance(), 10).process(reading(1, 'a', 0));
    await small(world.instance(), 10).process(reading(2, 'a', 25 * MINUTE_MS), reading(3, 'a', 26 * MINUTE_MS));
    const whole = new World({ topology });
    await whole
      .instance()
      .process(reading(1, 'a', 0), reading(2, 'a', 25 * MINUTE_MS), reading(3, 'a', 26 * MINUTE_MS));
    expect(await outcomeOf(world)).toEqual(await outcomeOf(whole));
  });

  it('stays in one commit while its offset has places that follow: an offset is counted as a whole', async () => {
    const world = new World({ topology });
    const packed = [reading(1, 'a', 0), reading(1, 'a', 50 * MINUTE_MS), reading(1, 'a', 50 * MINUTE_MS)].map(
      (each, i): SourceRecord => ({ ...each, subSequence: i }),
    );
    expect(await small(world.instance(), 10).process(...packed)).toMatchObject({ commits: 1, counted: 3 });
  });
});

describe('a move of time that is pending', () => {
  const pendingIn = async (stream: StreamWorld, script: number): Promise<void> => {
    const records = stream.put('one', ['a', 0], ['a', 100 * MINUTE_MS]);
    stream.world.logs.script = [
      ...Array.from({ length: script }, () => 'ok' as const),
      ...Array.from({ length: 5 }, () => 'lost request' as const),
    ];
    const instance = stream.instance();
    small(instance.inner, 10);
    await expect(instance.take('one', records)).rejects.toMatchObject({ kind: 'unavailable' });
    stream.world.logs.script = [];
    expect((await stream.head('one'))?.pending).toBeDefined();
  };

  it('is finished by a tick, though no clock goes further', async () => {
    const stream = new StreamWorld({ topology });
    stream.open('one');
    await pendingIn(stream, 2);
    const instance = stream.instance();
    small(instance.inner, 10);
    expect(await instance.tick(1_000)).toBe(1);
    expect(await stream.head('one')).toMatchObject({ pending: undefined, counters: { recordsIn: 2 } });
    expect(await stream.instance().tick(1_000)).toBe(0);
  });

  it('is finished before its shard is sealed: the child begins where all has fired', async () => {
    const stream = new StreamWorld({ topology });
    stream.open('one');
    await pendingIn(stream, 2);
    stream.split('one', 'low', 'high');
    const instance = stream.instance();
    small(instance.inner, 10);
    const [low, high] = [stream.put('low', ['a', 101 * MINUTE_MS]), stream.put('high', ['a', 101 * MINUTE_MS])];
    await instance.take('low', low);
    await instance.take('high', high);
    expect(await stream.head('one')).toMatchObject({
      pending: undefined,
      sealedFor: ['high', 'low'],
      watermarkMs: 100 * MINUTE_MS,
    });
    const states = await Promise.all(
      ['low', 'high'].map((shard) =>
        instance.inner.processor.logs.use(partitionOf(shard), async (log) => log.state.tables[1]?.get(0, 'a')),
      ),
    );
    expect(states.filter((state) => state !== undefined)).toMatchObject([{ json: '101' }]);
  });

  it('of processing time is committed in parts too, before the record that made it due', async () => {
    const [whole, parts] = [new World({ topology }), new World({ topology })];
    const records = [reading(1, 'a', 0, MINUTE_MS), { ...reading(2, 'a', 1), arrivalTimeMs: 1_000 + 95 * MINUTE_MS }];
    await whole.instance().process(...records);
    expect(await small(parts.instance(), 10).process(...records)).toMatchObject({ commits: 10, counted: 2 });
    expect(await outcomeOf(parts)).toEqual(await outcomeOf(whole));
  });

  it('of processing time leaves no place of an offset behind: one that is refused has made room for it, and a function that dies then loses none', async () => {
    const world = new World({ topology });
    const packed = [{ ...reading(2, 'a', 1), data: new Uint8Array(3) }, reading(2, 'a', 1), reading(2, 'a', 2)].map(
      (each, i): SourceRecord => ({ ...each, subSequence: i, arrivalTimeMs: 1_000 + 95 * MINUTE_MS }),
    );
    const records = [reading(1, 'a', 0, MINUTE_MS), ...packed];
    world.logs.script = ['ok', 'ok', ...Array.from({ length: 5 }, () => 'lost request' as const)];
    await small(world.instance(), 10)
      .process(...records)
      .catch(() => undefined);
    world.logs.script = [];
    await small(world.instance(), 10).process(...records);
    expect((await world.head()).counters).toMatchObject({ recordsIn: 4, counted: 3, deadLetters: 1 });
  });

  it('is not known of an entry that an older release wrote', () => {
    const { pending: _, ...attributes } = toLogItem('log', 1, sampleEntry(1));
    expect(fromLogItem(attributes)).toEqual(sampleEntry(1, { pending: undefined }));
  });
});

describe.each(['event', 'processing'] as const)(
  'timers of %s time that set themselves again for the same instant',
  (domain) => {
    const looping = (back: number) =>
      pipeline('looping')
        .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
        .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: YEAR_MS })
        .keyBy('key')
        .process({
          state: { calls: value<number>() },
          results: { calls: 'integer' },
          onRecord: ({ eventTimeMs }, { setTimer, setProcessingTimer, processingTimeMs }) =>
            domain === 'event' ? setTimer(eventTimeMs + 5) : setProcessingTimer(processingTimeMs + 5),
          onTimer: ({ timeMs, key }, { setTimer, setProcessingTimer, state, emit }) => {
            state.calls.set((state.calls.get() ?? 0) + 1);
            if (key === 'b') return emit({ calls: state.calls.get() as number });
            const set = domain === 'event' ? setTimer : setProcessingTimer;
            set(timeMs - back, 'one');
            set(timeMs - back, 'two');
          },
        })
        .to(lake()).topology;

    it.each([0, 1])(
      'end as a dead letter with what it did taken back, and the shard goes on (%i ms earlier)',
      async (back) => {
        const world = new World({ topology: looping(back) });
        const late = (record: SourceRecord): SourceRecord => ({ ...record, arrivalTimeMs: 2_000 });
        await processBatch(
          { ...world.instance().processor, maxTimersPerCommit: 3 },
          {
            partition: SHARD,
            records: [reading(1, 'a', 0), reading(2, 'b', 0), late(reading(3, 'b', 100)), late(reading(4, 'b', 101))],
          },
        );
        const { deadLetters, results } = world.sink;
        expect(new Set(deadLetters.map(({ code, partitionKey }) => `${code} ${partitionKey}`))).toEqual(
          new Set(['TIMER_LOOP a']),
        );
        expect(deadLetters[0]?.reason).toContain(
          'timers must set at most 1000 timers for a time that has come, got one more at',
        );
        expect(results.map(({ key, values }) => `${key} ${String(values['calls'])}`)).toContain('b 1');
        expect(await world.head()).toMatchObject({
          reached: 4n,
          pending: undefined,
          counters: { counted: 4, deadLetters: 0 },
        });
        // Every call that stands has set two timers, or found them set: the last ones have none.
        const calls = await world
          .instance()
          .use(
            async (log) => JSON.parse((log.state.tables[1]?.get(0, 'a') as unknown as { json: string }).json) as number,
          );
        expect(calls).toBeGreaterThan(100);
        expect(calls).toBeLessThan(1_010);
      },
    );
  },
);
