/** When a sender combines rows, and what becomes of those that it may not combine (PL-29). */
import { describe, expect, it } from '@jest/globals';
import {
  approxDistinct,
  collect,
  count,
  countIf,
  custom,
  everyRecords,
  first,
  global,
  kinesis,
  max,
  pipeline,
  resultTable,
  session,
  sum,
  tumbling,
  type Pipeline,
} from '../../../engine/index.ts';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import { rowsOfColumns } from '../../../engine/exchange/row-columns.ts';
import { combiningPlan } from '../../../engine/plan/combining.ts';
import { forever, userCode } from '../user-code/support.ts';
import { READING, type Reading } from '../support/readings.ts';
import { combinedIn, partsOf } from './combined-in.ts';
import { ExchangeWorld, keyedAnew, LOW } from './exchange-world.ts';

type Timed = readonly [value: number, timeMs: number];

const keyed = () =>
  pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1e9 })
    .keyBy('value', { receivers: [2] });

const counting = (aggregates: Readonly<Record<string, Aggregate<Reading>>>, sizeMs = 10): Pipeline =>
  keyed().window(tumbling({ sizeMs })).aggregate(aggregates).to(resultTable());

/** So many rows of one window that combining them is worth it. */
const many = (timeMs: number, n = 30): Timed[] => Array.from({ length: n }, () => [LOW, timeMs]);

/** A world whose receivers have committed with its definition. */
async function begun(given: Pipeline = keyedAnew(), settings: ConstructorParameters<typeof ExchangeWorld>[1] = {}) {
  const world = new ExchangeWorld(given, settings);
  world.open('s1');
  const instance = world.instance();
  await world.take(instance, 's1', world.put('s1', [LOW, 1]));
  await world.receiveAll(instance);
  return { world, instance };
}

const lastParts = async (world: ExchangeWorld) => partsOf(world, await world.head(world.shardLog('s1')));

describe('a sender', () => {
  it('combines rows once its receivers have committed with its definition, not before', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', ...many(1)));
    expect(await combinedIn(world)).toBe(0);
    await world.receiveAll(instance);
    await world.take(instance, 's1', world.put('s1', ...many(2)));
    expect(await combinedIn(world)).toBe(29);
    await world.take(instance, 's1', world.put('s1', [LOW, 20]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 60 });
  });

  it('loses nothing to a definition that its receivers refuse: it is taken back, and all rows are counted', async () => {
    const { world, instance } = await begun();
    const mistaken = world.instance(counting({ n: count(), lastMs: sum('timeMs') }, 5));
    await world.take(mistaken, 's1', world.put('s1', ...many(7)));
    await expect(world.receiveAll(mistaken)).rejects.toMatchObject({ code: 'STATE_SCHEMA_CHANGED' });
    await world.take(instance, 's1', world.put('s1', ...many(8), [LOW, 20]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 61 });
  });

  it('sends rows as they are where few of them fall into the same windows and what is asked of them is more', async () => {
    const most = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`most${i}`, max('timeMs')]));
    const { world, instance } = await begun(counting(most as Readonly<Record<string, Aggregate<Reading>>>));
    await world.take(instance, 's1', world.put('s1', [LOW, 2], [LOW, 12], [LOW, 22]));
    expect(await lastParts(world)).toEqual([expect.objectContaining({ fields: expect.anything() })]);
    await world.take(instance, 's1', world.put('s1', ...many(22)));
    expect(await lastParts(world)).toEqual([{ partials: 1 }]);
  });

  it('lets a row that fails at an aggregate travel by itself: it becomes the dead letter that it would have been', async () => {
    const fails = (value: Reading) => {
      if (value.timeMs === 3) throw new Error('three');
      return true;
    };
    const { world, instance } = await begun(counting({ n: count(), fine: countIf(fails) }));
    await world.take(instance, 's1', world.put('s1', ...many(2), [LOW, 3], ...many(4), [LOW, 20]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 61 });
    expect(world.world.sink.deadLetters).toMatchObject([
      { code: 'USER_CODE', reason: expect.stringContaining('three') },
    ]);
    expect(await combinedIn(world)).toBe(59);
  });

  it('lets a row travel by itself for which code of the pipeline never ends', async () => {
    const condition = ({ timeMs }: Reading) => (timeMs === 3 ? forever() : true);
    const given = counting({ n: count(), fine: countIf(condition) });
    const { world, instance } = await begun(given, { userCode: userCode() });
    const report = await world.take(instance, 's1', world.put('s1', ...many(2), [LOW, 3], ...many(4), [LOW, 20]));
    expect(report).toMatchObject({ counted: 62, deadLetters: 0 });
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 61 });
    expect(world.world.sink.deadLetters).toMatchObject([{ code: 'USER_CODE_TIMEOUT' }]);
  });
});

describe('rows of a stream that was made again', () => {
  const replaced = async (...children: readonly string[]) => {
    const { world, instance } = await begun();
    await world.take(instance, 's1', world.put('s1', [LOW, 25]));
    await world.receiveAll(instance);
    if (children.length > 0) world.reshard(['s1'], ...children);
    // The shards go on with one record, which seals the log of their parent.
    for (const child of children.slice(0, 1)) await world.take(instance, child, world.put(child, [LOW, 25]));
    world.replaceSource('incarnation', 's1');
    return { world, instance };
  };

  it.each([
    ['ended with its shard', []],
    ['was split, and a shard never had a record', ['s2', 's3']],
  ])(
    'are late one by one below what the one before had reached, and combined from there on: it %s',
    async (_, children) => {
      const { world, instance } = await replaced(...children);
      await world.take(instance, 's1', world.put('s1', ...many(2, 3), ...many(24, 2), ...many(26), [LOW, 40]));
      await world.receiveAll(instance);
      expect(world.counts).toEqual({ [`${LOW}@0`]: 1, [`${LOW}@20`]: 33 + Math.min(1, children.length) });
      expect(world.world.sink.lateRecords).toMatchObject([{ eventTimeMs: 2 }, { eventTimeMs: 2 }, { eventTimeMs: 2 }]);
      expect(await combinedIn(world)).toBe(29);
    },
  );

  it('are not combined where code before has not said how far that was', async () => {
    const { world, instance } = await replaced();
    await world.take(instance, 's1', world.put('s1', [LOW, 26]));
    const { blobs } = world.world;
    const key = 'exchanges/readings/by-value/1.2-sealed';
    expect(JSON.parse(new TextDecoder().decode(await blobs.get(key)))).toEqual({ reachedMs: 25 });
    await blobs.delete(key);
    await blobs.putIfAbsent(key, new TextEncoder().encode('{}'));
    await world.take(world.instance(), 's1', world.put('s1', ...many(27), [LOW, 40]));
    expect(await combinedIn(world)).toBe(0);
    await world.receiveAll(instance);
    expect(world.counts).toMatchObject({ [`${LOW}@20`]: 32 });
  });
});

describe('combined rows', () => {
  const sent = async (given: Pipeline = keyedAnew()) => {
    const { world, instance } = await begun(given);
    await world.take(instance, 's1', world.put('s1', ...many(5)));
    expect(await combinedIn(world)).toBe(29);
    return { world, instance };
  };

  it('are unavailable to code that does not know them, not wrong', async () => {
    const { world } = await sent();
    for (const part of await lastParts(world))
      expect(() => rowsOfColumns(part)).toThrow(
        expect.objectContaining({
          kind: 'unavailable',
          code: 'ROWS_UNKNOWN',
          message: expect.stringContaining('partials'),
        }),
      );
  });

  it('are unavailable to other windows than those that they were made for', async () => {
    const { world } = await sent();
    const other = keyed()
      .window(session({ gapMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const [receiver] = world.instance(other).receivers;
    const { takesCombined } = counting({ n: count() }, 5).fragments[1]!;
    const { topology } = world.instance().receiver;
    for (const takes of [takesCombined, receiver!.topology.takesCombined]) {
      const instance = world.instance({
        ...keyedAnew(),
        fragments: [keyedAnew().fragments[0]!, { ...topology, takesCombined: takes }],
      } as Pipeline);
      await expect(world.receiveAll(instance)).rejects.toMatchObject({ kind: 'unavailable', code: 'ROWS_UNKNOWN' });
    }
    await world.take(world.instance(), 's1', world.put('s1', [LOW, 20]));
    await world.receiveAll(world.instance());
    expect(world.counts).toEqual({ [`${LOW}@0`]: 31 });
  });

  it('are counted by a definition with further aggregates, which have seen nothing of them yet', async () => {
    const { world } = await sent(counting({ n: count(), lastMs: sum('timeMs') }));
    const grown = world.instance(
      counting({ n: count(), lastMs: sum('timeMs'), most: max('timeMs'), all: collect('timeMs', { maxItems: 2 }) }),
    );
    await world.take(grown, 's1', world.put('s1', [LOW, 6], [LOW, 20]));
    await world.receiveAll(grown);
    expect(world.world.sink.results).toMatchObject([
      { values: { n: 32, lastMs: 157, most: 6, all: { items: [6], dropped: 0 } } },
    ]);
  });
});

describe('what keeps rows from being combined', () => {
  const obstacleOf = ({ plan }: Pipeline): string | undefined =>
    combiningPlan(plan.nodes.slice(plan.nodes.findIndex(({ kind }) => kind === 'keyBy'))).obstacle;
  const each = (aggregate: Aggregate<Reading>) => counting({ n: count(), it: aggregate });
  const appended = custom('longest', ({ key }: Reading) => key, {
    init: () => '',
    add: (_, key) => key,
    merge: (a) => a,
    result: (key) => key,
  });

  it.each<readonly [string, Pipeline, string | undefined]>([
    ['nothing', counting({ n: count() }), undefined],
    ['what comes first', each(first('value')), 'it is no count, sum, mean, extreme or variance'],
    ['a sketch', each(approxDistinct('key')), 'it is no count, sum, mean, extreme or variance'],
    ['code of the pipeline', each(appended), 'it is no count, sum, mean, extreme or variance'],
    [
      'a session',
      keyed()
        .window(session({ gapMs: 1 }))
        .aggregate({ n: count() })
        .to(resultTable()),
      'session windows take each row',
    ],
    [
      'a window without end',
      keyed()
        .window(global(), { trigger: { early: everyRecords(2) } })
        .aggregate({ n: count() })
        .to(resultTable()),
      'global windows take each row',
    ],
    [
      'a trigger that counts',
      keyed()
        .window(tumbling({ sizeMs: 10 }), { trigger: { early: everyRecords(2) } })
        .aggregate({ n: count() })
        .to(resultTable()),
      'early results come with records',
    ],
    [
      'an operator before the windows',
      keyed()
        .deduplicate({ by: ({ value }) => value, withinMs: 10 })
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .to(resultTable()),
      'deduplicate takes each row',
    ],
  ])('%s', (_what, given, obstacle) => {
    expect(obstacleOf(given)).toBe(obstacle);
    expect(given.fragments[0]?.combines === undefined).toBe(obstacle !== undefined);
  });
});
