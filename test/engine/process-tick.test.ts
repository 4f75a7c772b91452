import { describe, expect, it } from '@jest/globals';
import { StreamWorld } from './support/stream-world.ts';
import { idleWatermark, type PartitionTime } from '../../engine/process-tick.ts';

const partition = { pipeline: 'p', stage: '0', source: 's', incarnation: '1', partition: 'shardId-000000000000' };
const time = (watermarkMs: number, isIdle: boolean): PartitionTime => ({ partition, version: 1, watermarkMs, isDrained: isIdle, isIdle, undeliveredSinceMs: undefined });

describe('the watermark of idle partitions', () => {
  it('is none when there is no partition, never the largest number (R-23)', () => {
    expect(idleWatermark([], 100, 0, 0)).toBeUndefined();
  });

  it('is the smallest of the active ones', () => {
    expect(idleWatermark([time(7, false), time(5, false), time(1, true)], 100, 0, 0)).toBe(5);
  });

  it('is the clock less bound and idle timeout when all are idle', () => {
    expect(idleWatermark([time(7, true), time(5, true)], 100, 10, 20)).toBe(70);
  });
});

describe('a tick after a split', () => {
  it('brings out what a shard inherits that never gets a record of its own', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 0], ['b', 0]));
    stream.split('parent', 'low', 'high');
    await stream.instance().take('low', stream.put('low', ['a', 1]));
    await stream.instance().tick(10_000_000);
    expect(stream.counts).toEqual({ 'a@0': 2, 'b@0': 1 });
  });

  it('leaves a shard alone whose parent has records left: the parent holds time', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 0], ['b', 0]));
    stream.put('parent', ['b', 1]);
    stream.split('parent', 'low', 'high');
    expect(await stream.instance().tick(10_000_000)).toBe(0);
    expect(await stream.head('high')).toBeUndefined();
    expect(stream.counts).toEqual({});
  });
});
