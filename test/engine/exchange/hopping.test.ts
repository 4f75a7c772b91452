/** Windows that overlap, behind an exchange: a row may be late for some of its windows and in time for others (PL-44). */
import { describe, expect, it } from '@jest/globals';
import {
  count,
  everyRecords,
  hopping,
  kinesis,
  pipeline,
  resultTable,
  sum,
  type Pipeline,
} from '../../../engine/index.ts';
import { stateSchemaOf } from '../../../engine/codec/fingerprint.ts';
import { receiverPartition } from '../../../engine/exchange/receivers.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { READING } from '../support/readings.ts';
import { ExchangeWorld, HIGH, LOW } from './exchange-world.ts';

interface HopSettings {
  readonly sizeMs: number;
  readonly advanceMs: number;
  readonly offsetMs?: number;
  readonly allowedLatenessMs?: number;
  readonly finalOnly?: boolean;
  readonly hasTrigger?: boolean;
}

const keyed = () =>
  pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1e9 });

function hops(settings: HopSettings): Pipeline {
  const { sizeMs, advanceMs, offsetMs = 0, allowedLatenessMs = 0, finalOnly = false, hasTrigger = false } = settings;
  return keyed()
    .keyBy('value', { receivers: [2] })
    .window(hopping({ sizeMs, advanceMs, offsetMs }), {
      allowedLatenessMs,
      finalOnly,
      ...(hasTrigger ? { trigger: { early: everyRecords(2) } } : {}),
    })
    .aggregate({ n: count(), timesMs: sum('timeMs') })
    .to(resultTable());
}

/** What the table keeps of each window: `key@start` with the count of its newest revision. */
async function takenBy(given: Pipeline, ...batches: ReadonlyArray<readonly [shard: string, ...timesMs: number[]]>) {
  const world = new ExchangeWorld(given);
  world.open('ahead', 'behind');
  const instance = world.instance();
  for (const [shard, ...timesMs] of batches) {
    await world.take(instance, shard, world.put(shard, ...timesMs.map((timeMs) => [1, timeMs] as const)));
    await world.receiveAll(instance);
  }
  return world;
}

describe('hopping windows behind an exchange', () => {
  // Windows [-10, 10), [0, 20), [10, 30), …: at 15 the shard `ahead` has closed the first.
  const given = hops({ sizeMs: 20, advanceMs: 10 });

  it('leave a row out of the windows that its own shard has closed, though the receiver has them open', async () => {
    const world = await takenBy(given, ['ahead', 15, 5], ['behind', 6, 100], ['ahead', 101]);
    expect(world.counts).toMatchObject({ '1@-10': 1, '1@0': 3, '1@10': 1 });
  });

  it('count the same when the shard that is behind is read first', async () => {
    const world = await takenBy(given, ['behind', 6, 100], ['ahead', 15, 5, 101]);
    expect(world.counts).toMatchObject({ '1@-10': 1, '1@0': 3, '1@10': 1 });
  });

  it('keep a row for later windows that is the only one of its slice', async () => {
    const world = await takenBy(given, ['ahead', 15, 5], ['behind', 100], ['ahead', 101]);
    expect(world.counts).toEqual({ '1@0': 2, '1@10': 1 });
  });

  it('keep such a row over a restart', async () => {
    const world = new ExchangeWorld(given);
    world.open('ahead', 'behind');
    await world.take(world.instance(), 'ahead', world.put('ahead', [HIGH, 15], [LOW, 5]));
    await world.receiveAll(world.instance());
    await world.take(world.instance(), 'ahead', world.put('ahead', [HIGH, 100]));
    await world.take(world.instance(), 'behind', world.put('behind', [HIGH, 100]));
    await world.receiveAll(world.instance());
    expect(world.counts).toEqual({ [`${LOW}@0`]: 1, [`${HIGH}@0`]: 1, [`${HIGH}@10`]: 1 });
  });

  it('send a row to the late records only when all of its windows have closed', async () => {
    const world = await takenBy(given, ['ahead', 25, 5, 15], ['behind', 100], ['ahead', 101]);
    expect(world.world.sink.lateRecords.map(({ eventTimeMs }) => eventTimeMs)).toEqual([5]);
    expect(world.counts).toEqual({ '1@10': 2, '1@20': 1 });
  });

  it('correct no window that has closed for the row, though its receiver has fired it and keeps it open', async () => {
    const patient = hops({ sizeMs: 20, advanceMs: 10, allowedLatenessMs: 10 });
    const world = await takenBy(patient, ['ahead', 25], ['behind', 12], ['ahead', 5], ['behind', 100], ['ahead', 101]);
    const firings = world.world.sink.results.map(({ windowStartMs, revision, values }) => [
      windowStartMs,
      revision,
      values['n'],
    ]);
    expect(firings).toEqual([
      [0, 1, 2],
      [10, 1, 2],
      [20, 1, 1],
    ]);
    expect(world.world.sink.deadLetters).toEqual([]);
  });

  it('keep one timer per slice, and nothing of a slice whose windows have closed', async () => {
    const world = new ExchangeWorld(given);
    world.open('ahead', 'behind');
    const instance = world.instance();
    const put = (shard: string, ...timesMs: number[]) =>
      world.take(instance, shard, world.put(shard, ...timesMs.map((timeMs) => [1, timeMs] as const)));
    await put('ahead', 15, 5, 6, 7, 8);
    await world.receiveAll(instance);
    await put('behind', 4);
    await world.receiveAll(instance);
    const held = async ({ receiver } = instance) => {
      const logs = await Promise.all(
        [0, 1].map((index) =>
          receiver.logs.use(receiverPartition('readings', world.exchange, index), async ({ state }) => ({
            entries: state.tables.reduce((sum, { size }) => sum + size, 0),
            timers: state.timers.reduce((sum, { event }) => sum + (event?.size ?? 0), 0),
          })),
        ),
      );
      return logs.reduce((a, b) => ({ entries: a.entries + b.entries, timers: a.timers + b.timers }));
    };
    expect(await held()).toEqual({ entries: 3, timers: 2 });
    expect(await held(world.instance())).toEqual({ entries: 3, timers: 2 });
    await put('behind', 1_000);
    await put('ahead', 1_000);
    await world.receiveAll(instance);
    expect(await held()).toEqual({ entries: 1, timers: 1 });
  });

  it('have one table more than without one, where nothing has changed', () => {
    const inPlace = keyed()
      .keyBy('key')
      .window(hopping({ sizeMs: 20, advanceMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const tables = ({ topology }: Pick<Pipeline, 'topology'>) => topology.tables.map(({ name }) => name);
    expect(tables(inPlace)).toEqual(['window/slices', 'window/firings']);
    expect(tables({ topology: given.fragments[1]! })).toEqual([
      'window/slices',
      'window/firings',
      'window/part slices',
    ]);
    expect(stateSchemaOf(given.fragments[1]!)).toContain('table: window/part slices');
  });
});

/** Per window, the rows that its shard sends in time for it. */
class Expected {
  readonly #settings: HopSettings;
  readonly rows = new Map<string, { n: number; timesMs: number }>();
  late = 0;

  constructor(settings: HopSettings) {
    this.#settings = settings;
  }

  /** @returns false: it was late for all */
  take(value: number, timeMs: number, watermarkMs: number): boolean {
    const { sizeMs, advanceMs, offsetMs = 0, allowedLatenessMs = 0 } = this.#settings;
    let isTaken = false;
    for (let startMs = offsetMs - 10 * sizeMs; startMs <= timeMs; startMs += advanceMs) {
      if (timeMs >= startMs + sizeMs || startMs + sizeMs + allowedLatenessMs <= watermarkMs) continue;
      const place = `${value}@${startMs}`;
      const { n, timesMs } = this.rows.get(place) ?? { n: 0, timesMs: 0 };
      this.rows.set(place, { n: n + 1, timesMs: timesMs + timeMs });
      isTaken = true;
    }
    if (!isTaken) this.late++;
    return isTaken;
  }
}

describe('rows of overlapping windows that overtake each other', () => {
  it.each(Array.from({ length: 80 }, (_, seed) => seed))('lead to the same results: seed %i', async (seed) => {
    const random = new SeededRandom(seed, 'hops');
    const settings: HopSettings = {
      ...random.pick([
        { sizeMs: 20, advanceMs: 10 },
        { sizeMs: 30, advanceMs: 10, offsetMs: 3 },
        { sizeMs: 25, advanceMs: 10, offsetMs: 7 },
        { sizeMs: 40, advanceMs: 5 },
        { sizeMs: 10, advanceMs: 10 },
      ]),
      allowedLatenessMs: random.pick([0, 7, 30]),
      ...random.pick([{}, {}, { finalOnly: true }, { hasTrigger: true }]),
    };
    const world = new ExchangeWorld(hops(settings), {
      slots: random.pick([8, 32]),
      inlineLimitBytes: random.pick([32_768, 60]),
    });
    const shards = ['a', 'b', 'c'].slice(0, random.between(2, 3));
    world.open(...shards);
    const expected = new Expected(settings);
    const waiting = new Map<string, SourceRecord[]>();
    for (const shard of shards) {
      let watermarkMs = Number.NEGATIVE_INFINITY;
      const put: SourceRecord[] = [];
      for (let n = random.between(3, 20); n > 0; n--) {
        const [value, timeMs] = [random.between(0, 2), Math.max(0, Math.max(0, watermarkMs) + random.between(-45, 15))];
        put.push(...world.put(shard, [value, timeMs]));
        if (expected.take(value, timeMs, watermarkMs)) watermarkMs = Math.max(watermarkMs, timeMs);
      }
      // Of a key of its own, so that it is in no window that is compared.
      put.push(...world.put(shard, [9, 10_000]));
      waiting.set(shard, put);
    }
    let instances = [world.instance(), world.instance()];
    while ([...waiting.values()].some((rest) => rest.length > 0)) {
      if (random.chance(0.2)) instances = [world.instance(), random.pick(instances)];
      const instance = random.pick(instances);
      const shard = random.pick(shards);
      const batch = (waiting.get(shard) as SourceRecord[]).splice(0, random.between(1, 4));
      if (batch.length > 0) await world.take(instance, shard, batch);
      if (random.chance(0.5)) await world.receiveAll(random.pick(instances));
    }
    await world.receiveAll(random.pick(instances));
    const newest = new Map<string, { revision: number; n: unknown; timesMs: unknown }>();
    for (const { key, windowStartMs, revision, values } of world.world.sink.results) {
      const place = `${key}@${windowStartMs}`;
      if (key === '9' || (newest.get(place)?.revision ?? 0) >= revision) continue;
      newest.set(place, { revision, n: values['n'], timesMs: values['timesMs'] });
    }
    const found = [...newest].map(([place, { n, timesMs }]) => [place, { n, timesMs }] as const);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected.rows));
    expect(world.world.sink.lateRecords).toHaveLength(expected.late);
  });
});
