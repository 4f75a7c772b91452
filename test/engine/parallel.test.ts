import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { mapParallel } from '../../engine/parallel.ts';

describe('mapParallel', () => {
  it('keeps the order of its items', async () => {
    expect(await mapParallel([5, 1, 3], 2, async (ms) => wait(ms, ms))).toEqual([5, 1, 3]);
    expect(await mapParallel([], 2, async () => 1)).toEqual([]);
  });

  it('begins nothing after a failure and throws it once everything under way has ended', async () => {
    const ended: number[] = [];
    const work = async (item: number): Promise<void> => {
      if (item === 1) throw new Error('item 1');
      await wait(20);
      ended.push(item);
    };
    await expect(mapParallel([0, 1, 2, 3], 2, work)).rejects.toThrow('item 1');
    expect(ended).toEqual([0]);
  });
});
