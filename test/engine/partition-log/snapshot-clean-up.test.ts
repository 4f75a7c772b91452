import { describe, expect, it } from '@jest/globals';
import { snapshotKeyOf, snapshotPrefix, spillPrefix, versionOfKey } from '../../../engine/partition-log/log-id.ts';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

/** Every second commit points to a snapshot of the one before. */
const SLOTS = 4;

const versionsUnder = async (world: World, prefix: string): Promise<number[]> =>
  (await world.blobs.list(prefix)).map(versionOfKey);

/** Commits until so many snapshots more have been taken. @returns how many are kept after each */
async function takeSnapshots(world: World, count: number, instance = world.instance()): Promise<number[]> {
  const kept: number[] = [];
  for (let offset = (await world.entries()).at(-1)?.version ?? 0; kept.length < count;) {
    const before = (await world.entries()).at(-1)?.snapshotVersion ?? 0;
    await instance.process(reading(++offset, 'a', offset));
    if ((await world.head()).snapshotVersion === before) continue;
    kept.push((await world.blobs.list(snapshotPrefix(world.logId))).length);
  }
  return kept;
}

describe('the clean-up of snapshots (PL-8)', () => {
  it('comes with every eighth snapshot of an instance, and leaves the last two', async () => {
    const world = new World({ slots: SLOTS });
    expect(await takeSnapshots(world, 18)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3]);
    const { snapshotVersion } = await world.head();
    expect(await versionsUnder(world, snapshotPrefix(world.logId))).toEqual(
      [4, 2, 0].map((less) => snapshotVersion - less),
    );
  });

  it('comes with the first snapshot of an instance, for those before it may have ended early', async () => {
    const world = new World({ slots: SLOTS });
    expect(await takeSnapshots(world, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(await takeSnapshots(world, 2)).toEqual([2, 3]);
  });

  it('does not come with commits that take no snapshot', async () => {
    const world = new World({ slots: 64 });
    const asked: string[] = [];
    const oldest = world.blobs.oldest.bind(world.blobs);
    world.blobs.oldest = async (prefix) => (asked.push(prefix), oldest(prefix));
    const instance = world.instance();
    for (let i = 1; i <= 32; i++) await instance.process(reading(i, 'a', i));
    expect(asked).toEqual([]);
    await instance.process(reading(33, 'a', 33));
    expect(asked).toEqual([snapshotPrefix(world.logId), spillPrefix(world.logId)]);
  });

  it('leaves the large bodies behind the last snapshot but one, and no others', async () => {
    const world = new World({ slots: SLOTS, inlineLimitBytes: 0 });
    await takeSnapshots(world, 9);
    const { version, snapshotVersion } = await world.head();
    const needed = [snapshotVersion - 1, snapshotVersion, version];
    expect(await versionsUnder(world, snapshotPrefix(world.logId))).toEqual([snapshotVersion - 2, snapshotVersion]);
    expect([...new Set(await versionsUnder(world, spillPrefix(world.logId)))]).toEqual(needed);
  });

  it('leaves the snapshot before the last commit, whatever instances that lost their commits have written since', async () => {
    const world = new World({ slots: SLOTS });
    await takeSnapshots(world, 3);
    const instance = world.instance();
    const { snapshotVersion: last } = await world.head();
    for (const lost of [last + 4, last + 6]) {
      await world.blobs.putIfAbsent(snapshotKeyOf(world.logId, lost, 'lost', 'any'), new Uint8Array([1]));
    }
    await takeSnapshots(world, 1, instance);
    expect(await versionsUnder(world, snapshotPrefix(world.logId))).toEqual([0, 2, 4, 6].map((more) => last + more));
  });

  it('leaves all that was needed at the beginning of the recovery period', async () => {
    const world = new World({ slots: SLOTS, recoveryMs: 1_000, inlineLimitBytes: 0 });
    const instance = world.instance();
    await takeSnapshots(world, 4, instance);
    const { snapshotVersion: then } = await world.head();
    await world.clock.sleep(1_000);
    await takeSnapshots(world, 5, instance);
    const kept = [-2, 0, 2, 4, 6, 8, 10].map((more) => then + more);
    expect(await versionsUnder(world, snapshotPrefix(world.logId))).toEqual(kept);
    expect(Math.min(...(await versionsUnder(world, spillPrefix(world.logId))))).toBe(then - 1);
  });
});
