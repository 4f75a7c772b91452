import { describe, expect, it } from '@jest/globals';
import type { SourceRecord } from '../../../engine/record.ts';
import { ExchangeWorld, HIGH, isUnavailable, keyedAnew, LOW } from './exchange-world.ts';

const SLOTS = 64;

/** A world whose ring is as long as a deployed one, and how many slots of receivers its sender has read. */
function counted(): { readonly world: ExchangeWorld; readonly take: () => Promise<number> } {
  const world = new ExchangeWorld(keyedAnew(), { slots: SLOTS });
  world.open('s1');
  const instance = world.instance();
  const { logs } = world.world;
  const read = logs.read.bind(logs);
  let slots = 0;
  logs.read = (logId, wanted) => {
    if (logId !== world.shardLog('s1')) slots += wanted.length;
    return read(logId, wanted);
  };
  let timeMs = 0;
  let waiting: readonly SourceRecord[] = [];
  // What was refused comes again.
  const take = async (): Promise<number> => {
    slots = 0;
    if (waiting.length === 0) waiting = world.put('s1', [LOW, timeMs], [HIGH, timeMs++]);
    await world.take(instance, 's1', waiting);
    waiting = [];
    return slots;
  };
  return { world, take };
}

describe('a sender that asks how far its receivers are', () => {
  it('reads a few slots of each receiver, and then none until its ring has gone on', async () => {
    const { world, take } = counted();
    const receivers = world.instance();
    const reads: number[] = [];
    for (let version = 1; version <= 3 * SLOTS; version++) {
      reads.push(await take());
      await world.receiveAll(receivers);
    }
    const asked = reads.filter((slots) => slots > 0);
    expect(Math.max(...asked)).toBeLessThanOrEqual(2 * 8);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('reads the whole ring of a receiver that is behind, so that it waits no longer than it must', async () => {
    const { world, take } = counted();
    const receivers = world.instance();
    await take();
    await world.receive(receivers, 0);
    for (let version = 2; version <= SLOTS; version++) await take();
    expect(await take().catch(isUnavailable)).toBe(true);
    await world.receive(receivers, 1);
    // The first receiver has one entry alone, in a slot that is none of the few.
    expect((await world.head(world.receiverLog(0))).version % 8).not.toBe(0);
    expect(await take()).toBeGreaterThan(2 * 8);
  });
});
