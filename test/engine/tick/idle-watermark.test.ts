import { describe, expect, it } from '@jest/globals';
import { followedWatermark, idleWatermark, UNSEEN_HOLD_MS } from '../../../engine/tick/idle-watermark.ts';

const NONE = { maxOutOfOrdernessMs: 0, idleTimeoutMs: 0 };
const part = (watermarkMs: number, isIdle: boolean) => ({ watermarkMs, isIdle });

describe('the watermark of idle partitions', () => {
  it('is none when there is no partition, never the largest number (R-23)', () => {
    expect(idleWatermark([], 100, NONE)).toBeUndefined();
  });

  it('is the smallest of the active ones', () => {
    expect(idleWatermark([part(7, false), part(5, false), part(1, true)], 100, NONE)).toBe(5);
  });

  it('is the clock less bound and idle timeout when all are idle', () => {
    expect(idleWatermark([part(7, true), part(5, true)], 100, { maxOutOfOrdernessMs: 10, idleTimeoutMs: 20 })).toBe(70);
  });
});

describe('how far an idle partition follows when others could not be looked at', () => {
  it('is no further than the watermark that those have reached at least', () => {
    expect(followedWatermark([part(7, false), part(1, true)], [4], 0, 100, NONE)).toBe(4);
    expect(followedWatermark([part(7, false), part(1, true)], [9], 0, 100, NONE)).toBe(7);
    expect(followedWatermark([part(1, true)], [4], 0, 100, NONE)).toBe(4);
  });

  it('is nowhere at all when nothing is known of them', () => {
    expect(followedWatermark([part(7, false)], [undefined], 0, 100, NONE)).toBeLessThan(-1e15);
  });

  it('does not depend on them any more once the partition has been quiet for the hold', () => {
    expect(
      followedWatermark([part(7, false), part(1, true)], [undefined, 4], UNSEEN_HOLD_MS - 1, 100, NONE),
    ).toBeLessThan(-1e15);
    expect(followedWatermark([part(7, false), part(1, true)], [undefined, 4], UNSEEN_HOLD_MS, 100, NONE)).toBe(7);
    expect(followedWatermark([part(1, true)], [undefined], UNSEEN_HOLD_MS, 100, NONE)).toBe(100);
  });
});
