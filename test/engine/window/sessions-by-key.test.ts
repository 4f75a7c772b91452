/** State that a release wrote which kept all sessions of a key in one entry: `fixtures/sessions-by-key.json` is its log. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  count,
  everyRecords,
  kinesis,
  lake,
  max,
  pipeline,
  resultTable,
  session,
  sum,
  tumbling,
} from '../../../engine/index.ts';
import { stateSchemaOf } from '../../../engine/codec/fingerprint.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { differencesOf } from '../../../engine/state/state-form.ts';
import { reading, READING } from '../support/readings.ts';
import { World } from '../support/world.ts';

interface Stored {
  readonly entries: readonly LogEntry[];
  readonly blobs: Readonly<Record<string, string>>;
}

const FIXTURES = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'sessions-by-key.json'), 'utf8'),
  (_, value: unknown) => {
    if (typeof value === 'string' && /^-?\d+n$/.test(value)) return BigInt(value.slice(0, -1));
    const bytes = (value as { base64?: string } | null)?.base64;
    return bytes === undefined ? value : new Uint8Array(Buffer.from(bytes, 'base64'));
  },
) as Readonly<Record<string, Stored>>;

const timed = () =>
  pipeline('readings')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 40 })
    .keyBy('key');
const oneWindow = timed()
  .window(session({ gapMs: 10 }), { allowedLatenessMs: 5, trigger: { early: everyRecords(2) } })
  .aggregate({ n: count(), total: sum('value') })
  .to(lake()).topology;
const twoWindows = timed()
  .window(session({ gapMs: 10 }), { allowedLatenessMs: 5 })
  .aggregate({ n: count() })
  .window(tumbling({ sizeMs: 100 }), { allowedLatenessMs: 100 })
  .aggregate({ sessions: count(), n: sum('n') })
  .to(resultTable()).topology;

/** A world in which that release was at work up to now: watermark 160. */
async function worldOf(name: string, topology: Topology): Promise<{ world: World; before: readonly string[] }> {
  const { entries, blobs } = FIXTURES[name] as Stored;
  const world = new World({ topology, slots: 4 });
  for (const [key, bytes] of Object.entries(blobs))
    await world.blobs.putIfAbsent(key, new Uint8Array(Buffer.from(bytes, 'base64')));
  for (const entry of entries) await world.logs.put(world.logId, entry.version % 4, entry, undefined);
  const schema = Object.entries(blobs).find(([key]) => key.startsWith('schemas/'))?.[1] ?? '';
  return { world, before: JSON.parse(Buffer.from(schema, 'base64').toString()) as string[] };
}

/** What has come out, each result once: an instance delivers again what the one before it may not have delivered. */
const told = (world: World) => [
  ...new Set(
    world.sink.results.map(
      ({ key, windowStartMs, windowEndMs, revision, retracted, values }) =>
        `${key} [${windowStartMs}, ${windowEndMs}) ${retracted === true ? 'not' : Object.values(values).join(' ')} r${revision}`,
    ),
  ),
];

describe('sessions that an earlier release has stored, all of a key in one entry', () => {
  it('go on one by one, verified by the hashes of both layouts', async () => {
    const { world } = await worldOf('one window', oneWindow);
    // Each instance reads what both releases have written.
    for (const record of [reading(100, 'a', 165, 1_000), reading(101, 'a', 196, 2_000), reading(102, 'z', 500, 0)])
      await world.instance().process(record);
    expect(told(world)).toEqual([
      // These two were in the outbox of that release's last commit.
      'b [160, 175) 2 33 r1',
      'a [158, 171) 2 33 r1',
      'a [158, 171) not r2',
      'a [190, 206) 2 2016 r1',
      'd [151, 161) 1 13 r1',
      'a [158, 175) 3 1033 r3',
      'b [160, 175) 2 33 r2',
      'a [190, 206) 2 2016 r2',
      'e [200, 210) 1 17 r1',
    ]);
  });

  it('take aggregates that were added with the release: they begin with the next record', async () => {
    const more = timed()
      .window(session({ gapMs: 10 }), { allowedLatenessMs: 5, trigger: { early: everyRecords(2) } })
      .aggregate({ most: max('value'), n: count(), total: sum('value') })
      .to(lake()).topology;
    const { world } = await worldOf('one window', more);
    await world.instance().process(reading(100, 'e', 205, 7));
    expect(told(world)).toContain('e [200, 215) 7 2 24 r1');
  });

  it('are late for no window behind them, which waits a gap longer from now on', async () => {
    const { world } = await worldOf('one of two windows', twoWindows);
    await world.instance().process(reading(100, 'z', 900, 0));
    await world.instance().process(reading(101, 'z', 905, 0));
    expect(told(world)).toEqual([
      'a [100, 200) 5 6 r1',
      'b [100, 200) 2 3 r1',
      'c [100, 200) 1 1 r1',
      'd [100, 200) 1 1 r1',
      'e [200, 300) 1 1 r1',
    ]);
    expect(world.sink.deadLetters).toEqual([]);
  });

  it.each([
    ['one window', oneWindow],
    ['one of two windows', twoWindows],
  ] as const)('fit a definition of %s, and that release does not fit what is written now', async (name, topology) => {
    const { before } = await worldOf(name, topology);
    expect(differencesOf(before, stateSchemaOf(topology))).toEqual([]);
    expect(differencesOf(stateSchemaOf(topology), before)).toContain('-window sessions: an entry each');
  });
});
