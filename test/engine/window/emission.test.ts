import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  countsUnfired,
  DEFAULT_EMISSION,
  everyEventTime,
  everyRecords,
  nextMultiple,
} from '../../../engine/window/emission.ts';

describe('the next multiple of 10', () => {
  it.each([
    [9, 10],
    [10, 20],
    [11, 20],
    [-1, 0],
    [0, 10],
    [-10, 0],
    [-11, -10],
  ])('after %d is %d', (nowMs, next) => {
    expect(nextMultiple(nowMs, 10)).toBe(next);
  });

  it('is a multiple, later than now, by one step at most, for any time that a date can show', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }),
        fc.integer({ min: 1, max: 100_000_000_000 }),
        (nowMs, everyMs) => {
          const next = nextMultiple(nowMs, everyMs);
          expect([BigInt(next) % BigInt(everyMs), next > nowMs, next - nowMs <= everyMs]).toEqual([0n, true, true]);
        },
      ),
    );
  });
});

describe('what is new since the last firing', () => {
  it.each([
    ['is not counted by default', {}, false],
    ['is counted for an early trigger', { early: everyRecords(1) }, true],
    ['is not counted when each late record fires', { late: everyRecords(1) }, false],
    ['is counted when two late records fire together', { late: everyRecords(2) }, true],
    ['is counted for late results by a clock', { late: everyEventTime(10) }, true],
    ['is counted when what was said is discarded', { accumulation: 'discarding' as const }, true],
    ['is not counted only to take back', { accumulation: 'retracting' as const }, false],
    ['is not counted for one final result', { finalOnly: true }, false],
  ])('%s', (_, changes, isCounted) => {
    expect(countsUnfired({ ...DEFAULT_EMISSION, ...changes })).toBe(isCounted);
  });
});
