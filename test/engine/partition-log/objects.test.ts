import { describe, expect, it } from '@jest/globals';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

describe('objects of a log', () => {
  const SLOTS = 64;

  it('are put side by side before a commit: change, outbox and the snapshot that it points to', async () => {
    const world = new World({ slots: 4, inlineLimitBytes: 0 });
    const instance = world.instance();
    for (let i = 1; i <= 2; i++) await instance.process(reading(i, 'a', i));
    expect(world.blobs.mostAtOnce.put).toBe(2);
    await instance.process(reading(3, 'a', 3));
    expect((await world.head()).snapshotVersion).toBe(2);
    expect(world.blobs.mostAtOnce.put).toBe(3);
  });

  it('are read side by side when a log is opened, 16 at a time of each kind', async () => {
    const world = new World({ slots: SLOTS, inlineLimitBytes: 0 });
    const instance = world.instance();
    for (let i = 1; i <= 31; i++) await instance.process(reading(i, 'a', i));
    expect(world.blobs.mostAtOnce.get).toBeLessThan(2);
    await world.instance().process(reading(32, 'a', 32));
    expect(world.blobs.mostAtOnce.get).toBeGreaterThanOrEqual(16);
    expect(world.blobs.mostAtOnce.get).toBeLessThanOrEqual(33);
  });

  it('are deleted side by side, 16 at a time', async () => {
    const world = new World({ slots: SLOTS, inlineLimitBytes: 0 });
    const instance = world.instance();
    for (let i = 1; i <= 400; i++) await instance.process(reading(i, 'a', i));
    expect(world.blobs.mostAtOnce.delete).toBe(16);
  });
});
