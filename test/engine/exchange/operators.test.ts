/** Operators with state of their own behind an exchange: what they remember is of a key, whatever shard its rows came to. */
import { describe, expect, it } from '@jest/globals';
import {
  count,
  kinesis,
  lake,
  list,
  pipeline,
  resultTable,
  tumbling,
  value,
  type Pipeline,
} from '../../../engine/index.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { READING, type Reading } from '../support/readings.ts';
import { ExchangeWorld, HIGH, LOW } from './exchange-world.ts';

const readings = (maxOutOfOrdernessMs = 0) =>
  pipeline('readings')
    .source(kinesis({ stream: 'departures', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 1e9 });

/** Counts ids, each once: the value is the id. */
const distinct = (withinMs: number, allowedLatenessMs = 0): Pipeline =>
  readings()
    .keyAll()
    .deduplicate({ by: ({ value: id }) => id, withinMs })
    .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs })
    .aggregate({ n: count() })
    .to(resultTable());

describe('deduplicate behind an exchange', () => {
  it('counts an id that comes on two shards once', async () => {
    const world = new ExchangeWorld(distinct(1_000));
    world.open('s1', 's2');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [1, 1], [2, 2], [9, 12]));
    await world.receiveAll(instance);
    await world.take(instance, 's2', world.put('s2', [1, 1], [3, 4], [2, 2], [9, 12], [8, 20]));
    await world.take(instance, 's1', world.put('s1', [8, 21]));
    await world.receiveAll(world.instance());
    expect(world.counts).toEqual({ 'all@0': 3, 'all@10': 1 });
  });

  it('has forgotten an id for a row whose own shard is past it, however far behind another shard is', async () => {
    const counts = async (...order: ReadonlyArray<'ahead' | 'behind'>): Promise<unknown> => {
      const world = new ExchangeWorld(distinct(10, 100));
      world.open('ahead', 'behind');
      const batches = {
        ahead: world.put('ahead', [7, 1], [2, 30], [7, 1], [3, 300]),
        behind: world.put('behind', [7, 1], [4, 300]),
      };
      const instance = world.instance();
      for (const shard of order) {
        await world.take(instance, shard, batches[shard]);
        await world.receiveAll(instance);
      }
      return world.counts;
    };
    expect(await counts('ahead', 'behind')).toEqual({ 'all@0': 2, 'all@30': 1 });
    expect(await counts('behind', 'ahead')).toEqual({ 'all@0': 2, 'all@30': 1 });
  });

  it('remembers an id from where it came last, when the receiver comes to where it forgets the first time', async () => {
    const world = new ExchangeWorld(distinct(10));
    world.open('ahead', 'behind');
    const instance = world.instance();
    const take = async (shard: string, ...readings: ReadonlyArray<readonly [value: number, timeMs: number]>) => {
      await world.take(instance, shard, world.put(shard, ...readings));
      await world.receiveAll(instance);
    };
    await take('behind', [7, 1]);
    await take('ahead', [2, 30], [7, 35]);
    await take('behind', [4, 20]);
    await take('behind', [7, 36], [3, 300]);
    await take('ahead', [5, 300]);
    expect(world.counts).toEqual({ 'all@0': 1, 'all@20': 1, 'all@30': 2 });
  });

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'counts the same ids in whatever order shards are read: seed %i',
    async (seed) => {
      const random = new SeededRandom(seed, 'ids');
      const withinMs = random.pick([5, 20, 60]);
      const allowedLatenessMs = random.pick([0, 20, 50]);
      const world = new ExchangeWorld(distinct(withinMs, allowedLatenessMs));
      const shards = ['a', 'b', 'c'].slice(0, random.between(2, 3));
      world.open(...shards);
      const waiting = new Map<string, SourceRecord[]>();
      /** Of each window: rows that count in any case, and ids of which one row does. */
      const once = new Set<string>();
      const expected: Record<string, number> = {};
      const add = (timeMs: number) => {
        const place = `all@${timeMs - (timeMs % 10)}`;
        expected[place] = (expected[place] ?? 0) + 1;
      };
      for (const shard of shards) {
        let watermarkMs = Number.NEGATIVE_INFINITY;
        const put: SourceRecord[] = [];
        for (let n = random.between(3, 15); n > 0; n--) {
          const newestMs = Math.max(0, watermarkMs);
          // An id is of one moment.
          const timeMs = Math.max(0, newestMs + random.between(-30, 15));
          put.push(...world.put(shard, [timeMs, timeMs]));
          if (timeMs - (timeMs % 10) + 10 + allowedLatenessMs <= watermarkMs) continue;
          if (timeMs + withinMs <= watermarkMs) add(timeMs);
          else if (!once.has(String(timeMs))) {
            once.add(String(timeMs));
            add(timeMs);
          }
          watermarkMs = Math.max(watermarkMs, timeMs);
        }
        put.push(...world.put(shard, [-1, 10_000]));
        waiting.set(shard, put);
      }
      const instances = [world.instance(), world.instance()];
      while ([...waiting.values()].some((rest) => rest.length > 0)) {
        const instance = random.pick(instances);
        const shard = random.pick(shards);
        const batch = (waiting.get(shard) as SourceRecord[]).splice(0, random.between(1, 3));
        if (batch.length > 0) await world.take(instance, shard, batch);
        if (random.chance(0.5)) await world.receiveAll(random.pick(instances));
      }
      await world.receiveAll(instances[0]!);
      expect(world.counts).toEqual(expected);
    },
  );
});

describe('a process function behind an exchange', () => {
  /** Adds up what a key has seen; a timer of event time tells it, and one of processing time that nothing came since. */
  const totals = (): Pipeline =>
    readings()
      .keyBy('value', { receivers: [2] })
      .process({
        state: { seen: list<string>() },
        results: { seen: 'json', at: 'text' },
        outputs: ['early'],
        onRecord: (
          { value: reading, eventTimeMs },
          { state, setTimer, setProcessingTimer, processingTimeMs, emitTo },
        ) => {
          state.seen.append(reading.key);
          setTimer(10);
          setProcessingTimer(processingTimeMs + 500, 'quiet');
          if (eventTimeMs < 3) emitTo('early', { shard: reading.key });
        },
        onTimer: ({ name, domain }, { state, emit }) =>
          emit({ seen: [...state.seen.get()].sort(), at: name || domain }),
      })
      .to(resultTable(), lake());

  it('has one state for all shards, and is called by event time once all of them have come to it', async () => {
    const world = new ExchangeWorld(totals());
    world.open('s1', 's2');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 5], [HIGH, 20]));
    await world.receiveAll(instance);
    expect(world.world.sink.results).toEqual([]);
    await world.take(instance, 's2', world.put('s2', [LOW, 2], [HIGH, 10]));
    await world.receiveAll(world.instance());
    const results = world.world.sink.results.map(({ key, values }) => [key, values]);
    expect(results).toEqual([
      [String(LOW), { seen: ['s1', 's1', 's2'], at: 'event' }],
      [String(HIGH), { seen: ['s1', 's2'], at: 'event' }],
    ]);
  });

  it('is called by processing time once nothing is left to read', async () => {
    const world = new ExchangeWorld(totals());
    world.open('s1', 's2');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1]));
    await world.take(instance, 's2', world.put('s2', [LOW, 1]));
    await world.receiveAll(instance);
    expect(world.world.sink.results).toEqual([]);
    await world.world.clock.sleep(5_000);
    await world.receiveAll(instance);
    expect(world.world.sink.results.map(({ values }) => values)).toEqual([{ seen: ['s1', 's2'], at: 'quiet' }]);
  });

  it('sends to its side outputs once, from whichever receiver has the key', async () => {
    const world = new ExchangeWorld(totals());
    world.open('s1', 's2');
    const [one, other] = [world.instance(), world.instance()];
    await world.take(one, 's1', world.put('s1', [LOW, 1], [HIGH, 2], [LOW, 3]));
    await world.take(one, 's2', world.put('s2', [HIGH, 1]));
    for (const instance of [one, other, one]) await world.receiveAll(instance);
    const sides = world.world.sink.sideOutputs.map(({ output, key, value: side }) => [output, key, side]);
    expect(sides).toEqual([
      ['early', String(LOW), { shard: 's1' }],
      // The sender whose watermark is behind is read first.
      ['early', String(HIGH), { shard: 's2' }],
      ['early', String(HIGH), { shard: 's1' }],
    ]);
  });

  it('makes a dead letter of a row on which it throws, and keeps nothing of it', async () => {
    const strict = readings()
      .keyAll()
      .process({
        state: { sum: value<number>() },
        results: { sum: 'number' },
        onRecord: ({ value: reading }: { readonly value: Reading }, { state, emit }) => {
          const sum = (state.sum.get() ?? 0) + reading.value;
          state.sum.set(sum);
          if (reading.value === 13) throw new Error('no thirteen');
          emit({ sum });
        },
      })
      .to(lake());
    const world = new ExchangeWorld(strict);
    world.open('s1', 's2');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [1, 1], [13, 2]));
    await world.take(instance, 's2', world.put('s2', [2, 1]));
    await world.receiveAll(instance);
    expect(world.world.sink.results.map(({ values }) => values)).toEqual([{ sum: 2 }, { sum: 3 }]);
    expect(world.world.sink.deadLetters).toEqual([expect.objectContaining({ code: 'USER_CODE', partitionKey: 'all' })]);
  });
});
