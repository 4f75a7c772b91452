/** Rows of one commit are combined before they cross (PL-29): results are those of the rows, whatever the batches. */
import { describe, expect, it } from '@jest/globals';
import {
  calendar,
  count,
  countIf,
  everyEventTime,
  hopping,
  kinesis,
  max,
  mean,
  min,
  pipeline,
  lake,
  standardDeviation,
  sum,
  sumExact,
  tumbling,
  variance,
  type Pipeline,
} from '../../../engine/index.ts';
import type { Aggregate } from '../../../engine/aggregate/aggregate.ts';
import type { Combines } from '../../../engine/topology.ts';
import type { WindowSettings } from '../../../engine/dsl/window-settings.ts';
import type { Windows } from '../../../engine/window/windows.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { ANYTHING, record, type Reading } from '../support/readings.ts';
import { ExchangeWorld } from './exchange-world.ts';
import { combinedIn } from './combined-in.ts';

type Numbers = Readonly<Record<string, number | null>>;

const AGGREGATES = {
  n: count(),
  big: countIf((given: Reading) => (given as unknown as Numbers)['x']! >= 2, 'big'),
  total: sum('x' as never),
  exact: sumExact('whole' as never),
  least: min('x' as never),
  most: max('x' as never),
  average: mean('x' as never),
  spread: variance('x' as never, { of: 'population' }),
  deviation: standardDeviation('x' as never, { of: 'sample' }),
} as unknown as Readonly<Record<string, Aggregate<Reading>>>;

function pipelineOf(windows: Windows, settings: WindowSettings, aggregates = AGGREGATES): Pipeline {
  return pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: ANYTHING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 3, maxClockSkewMs: 1e9 })
    .keyBy('value', { receivers: [2] })
    .window(windows, settings)
    .aggregate(aggregates)
    .to(lake());
}

/** The same pipeline, as code before sends its rows. */
function plain(given: Pipeline): Pipeline {
  return { ...given, fragments: given.fragments.map((one) => ({ ...one, combines: undefined })) } as Pipeline;
}

/** What shards hold, how it is cut into batches, and when receivers look: the same for every pipeline. */
interface Story {
  readonly batches: ReadonlyArray<readonly [shard: string, readings: ReadonlyArray<readonly [number, string]>]>;
  /** After which batches. */
  readonly looks: ReadonlySet<number>;
}

const SHARDS = ['a', 'b'] as const;
/** What doubles do not add up to, sums that do not fit 2^53, nothing, what is not there, and -0. */
const NUMBERS = ['0.1', '0.2', '1e-7', '3', '9007199254740991', '-7.25', 'null', '-0', '1e20', '2'];

function storyOf(random: SeededRandom, hasFaults: boolean): Story {
  const now = new Map<string, number>(SHARDS.map((shard) => [shard, random.between(0, 20)]));
  const batches = Array.from({ length: 10 }, () => {
    const shard = random.pick([...SHARDS]);
    const readings = Array.from({ length: random.between(1, 40) }, () => {
      const timeMs = Math.max(0, (now.get(shard) as number) + random.between(-9, 3));
      now.set(shard, Math.max(timeMs, now.get(shard) as number));
      const x = hasFaults && random.chance(0.1) ? '"text"' : random.pick(NUMBERS);
      const value = random.between(0, 1);
      const whole = random.pick(['1', '9007199254740991', 'null']);
      return [timeMs, `{"key":"${shard}","timeMs":${timeMs},"value":${value},"x":${x},"whole":${whole}}`] as const;
    });
    return [shard, readings] as const;
  });
  return { batches, looks: new Set(batches.flatMap((_, i) => (i === 1 || random.chance(0.4) ? [i] : []))) };
}

/** Lives a story. @param isCut every record is a batch of its own */
async function live(given: Pipeline, { batches, looks }: Story, isCut = false) {
  const world = new ExchangeWorld(given, { slots: 1_024 });
  world.open(...SHARDS);
  const instance = world.instance();
  let offset = 0;
  let [rowsIn, counted] = [0, 0];
  const look = async () => {
    for (const receiver of [0, 1]) {
      const report = await world.receive(instance, receiver);
      rowsIn += report.recordsIn;
      counted += report.counted;
    }
  };
  const take = (shard: string, ...given: ReadonlyArray<readonly [number, string]>) =>
    world.take(
      instance,
      shard,
      given.map(([, body]) => record(++offset, body, { partitionKey: shard })),
    );
  for (const [i, [shard, readings]] of batches.entries()) {
    for (const batch of isCut ? readings.map((one) => [one]) : [readings]) await take(shard, ...batch);
    if (looks.has(i)) await look();
  }
  for (const shard of SHARDS) await take(shard, [9_000, `{"key":"${shard}","timeMs":9000,"value":0,"x":1,"whole":1}`]);
  await look();
  const { sink } = world.world;
  const places = ({ key, eventTimeMs, watermarkMs }: (typeof sink.lateRecords)[number]) =>
    JSON.stringify([key, eventTimeMs, watermarkMs]);
  return {
    results: [...sink.results],
    late: sink.lateRecords.map(places).sort(),
    dead: sink.deadLetters.map(({ code, data }) => `${code} ${new TextDecoder().decode(data)}`).sort(),
    rowsIn,
    counted,
    combined: await combinedIn(world),
  };
}

/** The last revision of each window. */
function finals(rows: Awaited<ReturnType<typeof live>>['results']) {
  const newest = new Map<string, (typeof rows)[number]>();
  for (const row of rows) newest.set(`${row.key}@${row.windowStartMs}`, row);
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([place, { values }]) => [place, values]);
}

const WINDOWS: ReadonlyArray<readonly [string, Windows, WindowSettings]> = [
  ['tumbling', tumbling({ sizeMs: 10, offsetMs: 3 }), { allowedLatenessMs: 0 }],
  ['tumbling, with late revisions', tumbling({ sizeMs: 10 }), { allowedLatenessMs: 8 }],
  ['tumbling, final only', tumbling({ sizeMs: 10 }), { allowedLatenessMs: 5, finalOnly: true }],
  [
    'tumbling, with early results by time',
    tumbling({ sizeMs: 10 }),
    { trigger: { early: everyEventTime(4) }, allowedLatenessMs: 5 },
  ],
  ['hopping', hopping({ sizeMs: 24, advanceMs: 8 }), { allowedLatenessMs: 3 }],
  ['hopping, in slices of their own', hopping({ sizeMs: 20, advanceMs: 8, offsetMs: 1 }), { allowedLatenessMs: 0 }],
  [
    'hopping, taking results back',
    hopping({ sizeMs: 16, advanceMs: 8 }),
    { allowedLatenessMs: 9, accumulation: 'retracting' },
  ],
  ['by the calendar', calendar({ unit: 'hour', timeZone: 'Europe/Berlin' }), {}],
];

describe.each(WINDOWS)('combined rows, windows %s', (_name, windows, settings) => {
  const given = pipelineOf(windows, settings);

  it.each(Array.from({ length: 6 }, (_, seed) => seed))('give what the rows give, in order: seed %i', async (seed) => {
    const story = storyOf(new SeededRandom(seed, 'combined'), seed % 2 === 0);
    const [combined, uncombined] = [await live(given, story), await live(plain(given), story)];
    expect({ ...combined, combined: 0 }).toEqual({ ...uncombined, combined: 0 });
    expect(uncombined.combined).toBe(0);
    expect(combined.rowsIn).toBe(combined.counted + combined.late.length + combined.dead.length);
    const byOne = await live(plain(given), story, true);
    expect(finals(combined.results)).toEqual(finals(byOne.results));
    expect([combined.late, combined.dead]).toEqual([byOne.late, byOne.dead]);
  });

  it('are in fewer entries than there are rows', async () => {
    const { combined, rowsIn } = await live(given, storyOf(new SeededRandom(1, 'combined'), false));
    expect(combined).toBeGreaterThan(rowsIn / 5);
  });
});

it('rows are combined only where a topology says so', () => {
  const isSaid = ({ combines }: { readonly combines: Combines | undefined }) => combines !== undefined;
  expect(pipelineOf(tumbling({ sizeMs: 10 }), {}).fragments.map(isSaid)).toEqual([true, false]);
});
