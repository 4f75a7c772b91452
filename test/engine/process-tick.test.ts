import { describe, expect, it } from '@jest/globals';
import { idleWatermark, type PartitionTime } from '../../engine/process-tick.ts';

const partition = { pipeline: 'p', stage: '0', source: 's', incarnation: '1', partition: 'shardId-000000000000' };
const time = (watermarkMs: number, isIdle: boolean): PartitionTime => ({ partition, version: 1, watermarkMs, isIdle });

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
