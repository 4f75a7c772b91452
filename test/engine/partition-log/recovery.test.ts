import { describe, expect, it } from '@jest/globals';
import { snapshotPrefix, spillPrefix } from '../../../engine/partition-log/log-id.ts';
import { slotOf } from '../../../engine/partition-log/ring.ts';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

const SLOTS = 8;
const MINUTE_MS = 60_000;

/** A record a minute, each by the same function; bodies are objects. */
async function liveFor(world: World, from: number, to: number): Promise<void> {
  const instance = world.instance();
  for (let i = from; i <= to; i++) {
    await world.clock.sleep(MINUTE_MS);
    await instance.process(reading(i, 'a', i));
  }
}

/** The log table as it was at some moment, beside the bucket as it is now. */
async function restored(world: World, table: Awaited<ReturnType<World['entries']>>): Promise<World> {
  const other = new World(world.settings);
  for (const entry of table) await other.logs.put(other.logId, slotOf(entry.version, SLOTS), entry, undefined);
  for (const key of await world.blobs.list(''))
    await other.blobs.putIfAbsent(key, (await world.blobs.get(key)) ?? new Uint8Array());
  return other;
}

describe('a log table that is restored', () => {
  it('is read at any moment of the recovery period, and comes to the same results', async () => {
    const world = new World({ slots: SLOTS, inlineLimitBytes: 1, recoveryMs: 120 * MINUTE_MS });
    const moments: Array<Awaited<ReturnType<World['entries']>>> = [];
    for (let i = 1; i <= 300; i += 10) {
      await liveFor(world, i, i + 9);
      moments.push(await world.entries());
    }
    const within = moments.slice(-12);
    expect(within).toHaveLength(12);
    for (const table of within) {
      const other = await restored(world, table);
      await other.instance().process(...Array.from({ length: 300 }, (_, i) => reading(i + 1, 'a', i + 1)));
      expect((await other.head()).counters).toEqual((await world.head()).counters);
      expect((await other.head()).stateHash).toBe((await world.head()).stateHash);
    }
  });

  it('cannot be read once the recovery period is over: older objects are deleted', async () => {
    const world = new World({ slots: SLOTS, inlineLimitBytes: 1, recoveryMs: 30 * MINUTE_MS });
    await liveFor(world, 1, 50);
    const old = await world.entries();
    await liveFor(world, 51, 300);
    await expect((await restored(world, old)).instance().process(reading(301, 'a', 301))).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
    });
    expect((await world.blobs.list(snapshotPrefix(world.logId))).length).toBeLessThan(25);
    expect((await world.blobs.list(spillPrefix(world.logId))).length).toBeLessThan(200);
  });
});
