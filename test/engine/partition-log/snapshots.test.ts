import { describe, expect, it } from '@jest/globals';
import { snapshotPrefix } from '../../../engine/partition-log/log-id.ts';
import { reading, topologyOf } from '../support/readings.ts';
import { World } from '../support/world.ts';

const versionsOf = (keys: readonly string[]): number[] =>
  keys.map((key) => Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 10));

describe('snapshots (PL-8)', () => {
  it('come half a ring after the last one, and the next commit points to them', async () => {
    const world = new World({ slots: 8 });
    const instance = world.instance();
    const pointers: number[] = [];
    for (let i = 1; i <= 12; i++) {
      await instance.process(reading(i, 'a', i));
      pointers.push((await world.head()).snapshotVersion);
    }
    expect(pointers).toEqual([0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8]);
    const [newest] = (await world.entries()).filter(({ version }) => version === 8);
    expect((await world.head()).snapshotKey).toBe(
      `${snapshotPrefix(world.logId)}0000000000000008-${newest?.commitId}-${newest?.fingerprint}`,
    );
  });

  it('bring back 64 slots of state after many rounds', async () => {
    const world = new World({ slots: 64, topology: topologyOf({ sizeMs: 1_000 }) });
    const instance = world.instance();
    for (let i = 1; i <= 300; i++) await instance.process(reading(i, `key-${i % 7}`, i % 1_000, i));
    expect((await world.head()).snapshotVersion).toBe(288);
    const report = await world.instance().process(reading(300, 'key-6', 300, 300), reading(301, 'key-0', 1_000));
    expect(report).toMatchObject({ recordsIn: 1, recordsReplayed: 1, resultsOut: 7 });
    expect(world.sink.results.reduce((total, { values }) => total + Number(values['n']), 0)).toBe(300);
  });

  it('are kept two at least, older ones are deleted', async () => {
    const world = new World({ slots: 4 });
    const instance = world.instance();
    for (let i = 1; i <= 100; i++) {
      await instance.process(reading(i, 'a', i));
      const { snapshotVersion } = await world.head();
      const kept = versionsOf(await world.blobs.list(snapshotPrefix(world.logId)));
      if (snapshotVersion > 2) expect(kept).toEqual(expect.arrayContaining([snapshotVersion - 2, snapshotVersion]));
    }
    expect((await world.blobs.list(snapshotPrefix(world.logId))).length).toBeLessThanOrEqual(20);
  });

  it('of a commit that nobody points to are ignored: the pointer lives in the log alone', async () => {
    const world = new World({ slots: 8 });
    await world.instance().process(reading(1, 'a', 1));
    await world.blobs.putIfAbsent(`${snapshotPrefix(world.logId)}0000000000000009-zombie`, new Uint8Array([1, 2, 3]));
    expect(await world.instance().process(reading(2, 'a', 2))).toMatchObject({ recordsIn: 1 });
  });

  it('that are missing halt the partition', async () => {
    const world = new World({ slots: 4 });
    const instance = world.instance();
    for (let i = 1; i <= 6; i++) await instance.process(reading(i, 'a', i));
    for (const key of await world.blobs.list(snapshotPrefix(world.logId))) await world.blobs.delete(key);
    await expect(world.instance().process(reading(7, 'a', 7))).rejects.toMatchObject({
      kind: 'internal',
      code: 'OBJECT_MISSING',
      message: `log ${world.logId} must find its snapshot, large deltas and outboxes, got none for version 6; restore the deleted objects`,
    });
  });

  it('that went away because a newer one took their place make the reader read again', async () => {
    const world = new World({ slots: 4 });
    const other = world.instance();
    for (let i = 1; i <= 6; i++) await other.process(reading(i, 'a', i));
    const get = world.blobs.get.bind(world.blobs);
    let stale = true;
    world.blobs.get = async (key) => {
      if (!stale || !key.startsWith('snapshots/')) return get(key);
      stale = false;
      for (let i = 7; i <= 10; i++) await other.process(reading(i, 'a', i));
      return undefined;
    };
    expect(await world.instance().process(reading(10, 'a', 10), reading(11, 'a', 11))).toMatchObject({
      recordsIn: 1,
      recordsReplayed: 1,
    });
  });
});

describe('a blob store that fails', () => {
  it('makes no commit that needs a snapshot: the batch is thrown, and counts once when it comes again', async () => {
    const world = new World({ slots: 4 });
    const instance = world.instance();
    for (let i = 1; i <= 2; i++) await instance.process(reading(i, 'a', i));
    world.blobs.isDown = true;
    await expect(instance.process(reading(3, 'a', 12))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'BLOB_UNAVAILABLE',
    });
    expect((await world.head()).version).toBe(2);
    world.blobs.isDown = false;
    expect(await instance.process(reading(3, 'a', 12))).toMatchObject({ recordsIn: 1, recordsReplayed: 0 });
    expect(world.sink.results).toMatchObject([{ revision: 1, values: { n: 2 } }]);
  });

  it('for long stops the log before anything is overwritten, and lets it go on when it is back', async () => {
    const world = new World({ slots: 4 });
    const instance = world.instance();
    world.blobs.failsFor = 'snapshots/';
    let stopped = 1;
    while (
      await instance.process(reading(stopped, 'a', stopped)).then(
        () => true,
        () => false,
      )
    )
      stopped++;
    for (let attempt = 0; attempt < 10; attempt++)
      await expect(instance.process(reading(stopped, 'a', stopped))).rejects.toMatchObject({ kind: 'unavailable' });
    expect((await world.entries()).map(({ version }) => version)).toEqual(
      Array.from({ length: stopped - 1 }, (_, i) => i + 1),
    );
    world.blobs.failsFor = undefined;
    for (let i = stopped; i <= 12; i++) await instance.process(reading(i, 'a', i));
    expect((await world.head()).counters).toMatchObject({ recordsIn: 12, counted: 12 });
  });
});
