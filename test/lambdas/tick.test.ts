import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { tickOf } from '../../lambdas/tick.ts';
import { partitionOf, StreamWorld } from '../engine/support/stream-world.ts';

const CONTEXT = { getRemainingTimeInMillis: () => 60_000 };

describe('a tick that was frozen while it asked for its source', () => {
  beforeEach(() => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('begins logs that are no newer than those that began when it was called', async () => {
    const world = new StreamWorld();
    world.open('s0');
    const { inner } = world.instance();
    await world.instance().take('s0', world.put('s0', ['a', 0], ['b', 12]));
    world.split('s0', 's1', 's2');
    const { clock } = world.world;
    const calledMs = clock.nowMs();
    const findSource = async () => {
      await clock.sleep(5_000);
      return partitionOf('s0');
    };
    await tickOf(inner.processor, 'dev')(findSource, CONTEXT);
    expect((await world.head('s1'))?.epochMs).toBe(calledMs);
  });
});
