import { describe, expect, it } from '@jest/globals';
import { spillPrefix } from '../../../engine/partition-log/log-id.ts';
import { reading, topologyOf } from '../support/readings.ts';
import { World } from '../support/world.ts';

const topology = topologyOf({ sizeMs: 1_000 });

describe('a body above the inline limit (PL-9)', () => {
  it('is an object before the commit that refers to it, under a key that names version and commit', async () => {
    const world = new World({ inlineLimitBytes: 0 });
    let before: string[] = [];
    world.logs.beforePut = async () => {
      before = await world.blobs.list(spillPrefix(world.logId));
    };
    await world.instance().process(reading(1, 'a', 1), reading(2, 'a', 11));
    const { delta, outbox } = await world.head();
    expect(before).toEqual([
      `${spillPrefix(world.logId)}0000000000000001-id-1-delta`,
      `${spillPrefix(world.logId)}0000000000000001-id-1-outbox`,
    ]);
    expect([delta, outbox]).toEqual(before.map((blobKey) => ({ blobKey })));
  });

  it.each([
    { limit: 'the body itself', less: 0, inline: true },
    { limit: 'one byte less than the body', less: 1, inline: false },
  ])('stays inline or not by the byte: limit is $limit', async ({ less, inline }) => {
    const plain = new World();
    await plain.instance().process(reading(1, 'a', 1));
    const { delta, outbox } = await plain.head();
    const length = (body: typeof delta) => ('inline' in body ? body.inline.length : 0);
    expect(length(delta)).toBeLessThan(length(outbox));
    const world = new World({ inlineLimitBytes: length(outbox) - less });
    await world.instance().process(reading(1, 'a', 1));
    expect('inline' in (await world.head()).outbox).toBe(inline);
    expect('inline' in (await world.head()).delta).toBe(true);
  });

  it('is found by a fresh instance, outbox included', async () => {
    const world = new World({ topology, slots: 8, inlineLimitBytes: 0 });
    const instance = world.instance();
    for (let i = 1; i <= 3; i++) await instance.process(reading(i, `key-${i}`, i));
    world.sink.isDown = true;
    await expect(instance.process(reading(4, 'a', 1_000))).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    world.sink.isDown = false;
    await world.instance().process(reading(4, 'a', 1_000));
    expect(world.sink.results.map(({ key, values }) => [key, values['n']])).toEqual([
      ['key-1', 1],
      ['key-2', 1],
      ['key-3', 1],
    ]);
  });

  it('that is gone halts the partition', async () => {
    const world = new World({ inlineLimitBytes: 0 });
    await world.instance().process(reading(1, 'a', 1));
    for (const key of await world.blobs.list(spillPrefix(world.logId))) await world.blobs.delete(key);
    await expect(world.instance().process(reading(2, 'a', 2))).rejects.toMatchObject({
      kind: 'internal',
      code: 'OBJECT_MISSING',
    });
  });

  it('whose outbox is gone before it was delivered halts the partition', async () => {
    const world = new World({ inlineLimitBytes: 0 });
    await world.instance().process(reading(1, 'a', 1));
    for (const key of await world.blobs.list(spillPrefix(world.logId)))
      if (key.endsWith('outbox')) await world.blobs.delete(key);
    await expect(world.instance().process(reading(2, 'a', 2))).rejects.toMatchObject({
      kind: 'internal',
      code: 'OBJECT_MISSING',
    });
  });

  it('makes no commit when its object cannot be written', async () => {
    const world = new World({ inlineLimitBytes: 0 });
    const instance = world.instance();
    await instance.process(reading(1, 'a', 1));
    world.blobs.isDown = true;
    await expect(instance.process(reading(2, 'a', 2))).rejects.toMatchObject({ code: 'BLOB_UNAVAILABLE' });
    expect(world.logs.puts).toHaveLength(1);
  });

  it('is deleted when two newer snapshots cover it, and not before (R-5, R-7)', async () => {
    const world = new World({ slots: 4, inlineLimitBytes: 0 });
    const instance = world.instance();
    for (let i = 1; i <= 60; i++) {
      await instance.process(reading(i, 'a', i));
      const { version, snapshotVersion } = await world.head();
      const keys = await world.blobs.list(spillPrefix(world.logId));
      for (let needed = snapshotVersion + 1; needed <= version; needed++)
        expect(keys.filter((key) => key.includes(`/${String(needed).padStart(16, '0')}-`))).toHaveLength(2);
      // A reader on its way from the snapshot before still finds what it needs.
      for (const entry of await world.entries())
        if (entry.version > snapshotVersion - 2 && 'blobKey' in entry.delta)
          expect(keys).toContain(entry.delta.blobKey);
    }
    expect((await world.blobs.list(spillPrefix(world.logId))).length).toBeLessThan(50);
  });
});
