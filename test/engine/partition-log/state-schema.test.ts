import { describe, expect, it } from '@jest/globals';
import { count, max, min } from '../../../engine/index.ts';
import { reading, topologyOf, type TopologySettings } from '../support/readings.ts';
import { World } from '../support/world.ts';

const BEFORE: TopologySettings = { allowedLatenessMs: 7, aggregates: { n: count(), least: min('value') } };

async function reopened(after: TopologySettings): Promise<unknown> {
  const world = new World({ topology: topologyOf(BEFORE) });
  await world.instance().process(reading(1, 'a', 0));
  return world
    .instance({ topology: topologyOf({ ...BEFORE, ...after }) })
    .process(reading(2, 'a', 1))
    .then(
      () => 'goes on',
      (error: unknown) => error,
    );
}

describe('a changed definition (PL-30)', () => {
  it.each<{ what: string; after: TopologySettings; differences: string }>([
    {
      what: 'another window',
      after: { sizeMs: 20 },
      differences: '-window: tumbling(size=10,offset=0) +window: tumbling(size=20,offset=0)',
    },
    {
      what: 'more lateness',
      after: { allowedLatenessMs: 8 },
      differences: '-window allowedLatenessMs: 7 +window allowedLatenessMs: 8',
    },
    {
      what: 'one aggregate less',
      after: { aggregates: { n: count() } },
      differences: '-window aggregate least: min(value)',
    },
    {
      what: 'an aggregate that means something else',
      after: { aggregates: { n: count(), least: max('value') } },
      differences: '-window aggregate least: min(value) +window aggregate least: max(value)',
    },
  ])('is refused before a record is read, with the lines that differ: $what', async ({ after, differences }) => {
    expect(await reopened(after)).toMatchObject({
      kind: 'invalid',
      code: 'STATE_SCHEMA_CHANGED',
      message: `definition of readings must fit its stored state, got ${differences}; go back to the old definition, or start over under a new pipeline name`,
    });
  });

  it.each<{ what: string; after: TopologySettings }>([
    { what: 'the out-of-orderness bound', after: { maxOutOfOrdernessMs: 50 } },
    { what: 'the clock skew', after: { maxClockSkewMs: 0 } },
    { what: 'less lateness', after: { allowedLatenessMs: 6 } },
    { what: 'one aggregate more', after: { aggregates: { n: count(), least: min('value'), most: max('value') } } },
    { what: 'another order of aggregates', after: { aggregates: { least: min('value'), n: count() } } },
  ])('goes on when stored state means the same: $what', async ({ after }) => {
    expect(await reopened(after)).toBe('goes on');
  });

  it('is refused even when the old schema is gone', async () => {
    const world = new World({ topology: topologyOf(BEFORE) });
    await world.instance().process(reading(1, 'a', 0));
    for (const key of await world.blobs.list('schemas/')) await world.blobs.delete(key);
    await expect(
      world.instance({ topology: topologyOf({ ...BEFORE, sizeMs: 20 }) }).process(reading(2, 'a', 1)),
    ).rejects.toMatchObject({
      code: 'STATE_SCHEMA_CHANGED',
      message: expect.stringContaining('got a definition that is not stored;'),
    });
  });
});

describe('a log that another release wrote', () => {
  it('is refused', async () => {
    const world = new World();
    await world.instance().process(reading(1, 'a', 0));
    world.logs.onRead = (entries) => entries.map((entry) => ({ ...entry, codec: 99 }));
    await expect(world.instance().process(reading(2, 'a', 1))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'CODEC_UNKNOWN',
      message: `log ${world.logId} must have an encoding of 2, 3, 4, got 99; deploy the release that wrote it`,
    });
  });
});
