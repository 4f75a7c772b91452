import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { hoppingStarts } from '../../../engine/window/hopping-windows.ts';
import type { Hops } from '../../../engine/window/hops.ts';
import { greatestCommonDivisor, Slicing } from '../../../engine/window/slicing.ts';

const hops: Hops = { sizeMs: 10, advanceMs: 4, offsetMs: 1 };

describe('hopping windows of 10 every 4, from 1', () => {
  it.each([
    [4, [-3, 1]],
    [5, [-3, 1, 5]],
    [6, [-3, 1, 5]],
    [7, [1, 5]],
    [8, [1, 5]],
    [-3, [-11, -7, -3]],
  ])('that hold %d start at %j', (eventTimeMs, starts) => {
    expect(hoppingStarts(eventTimeMs, hops)).toEqual(starts);
  });
});

describe('slices of hopping windows of 10 every 4, from 1: 2 wide', () => {
  const slicing = new Slicing(hops, 3, false);

  it.each([
    [0, -1],
    [1, 1],
    [2, 1],
    [3, 3],
    [-1, -1],
    [-2, -3],
  ])('%d lies in the slice from %d', (eventTimeMs, sliceMs) => {
    expect(slicing.sliceOf(eventTimeMs)).toBe(sliceMs);
  });

  it.each([
    [3, 1],
    [5, 5],
    [7, 5],
    [9, 9],
  ])('the last window that holds slice %d starts at %d', (sliceMs, windowMs) => {
    expect(slicing.lastWindow(sliceMs)).toBe(windowMs);
  });

  it('make up a window', () => {
    expect(slicing.slicesOf(1)).toEqual([1, 3, 5, 7, 9]);
    expect(slicing.endOf(1)).toBe(11);
  });

  // Slice 5 lies in [-3, 7), [1, 11) and [5, 15), which close at 10, 14 and 18.
  it.each([
    [6, []],
    [7, [-3]],
    [8, [-3]],
    [9, [-3]],
    [10, []],
    [11, [1]],
    [14, []],
    [15, [5]],
    [17, [5]],
    [18, []],
  ])('at watermark %d, the windows of slice 5 that have fired and are open start at %j', (watermarkMs, windows) => {
    expect(slicing.firedWindows(5, watermarkMs)).toEqual(windows);
  });

  it('none has fired that is only to fire when it closes', () => {
    expect(new Slicing(hops, 3, true).firedWindows(5, 8)).toEqual([]);
  });

  it.each([
    [6, 'fire', 7],
    [7, 'fire', 11],
    [8, 'fire', 11],
    [10, 'fire', 11],
    [11, 'fire', 15],
    [14, 'fire', 15],
    [15, 'drop', 18],
    [16, 'drop', 18],
    // Before the slice begins no window that holds it can end.
    [-50, 'fire', 7],
  ])('at watermark %d, slice 5 waits to %s at %d', (watermarkMs, kind, timeMs) => {
    expect(slicing.timerOf(5, watermarkMs).timer).toEqual({ timeMs, startMs: 5, key: '', kind });
  });

  it.each([
    [9, 'fire', 10],
    [10, 'fire', 14],
    [17, 'fire', 18],
    [18, 'drop', 18],
  ])('with one final result, at watermark %d slice 5 waits to %s at %d', (watermarkMs, kind, timeMs) => {
    expect(new Slicing(hops, 3, true).timerOf(5, watermarkMs).timer).toEqual({ timeMs, startMs: 5, key: '', kind });
  });

  it('knows which window fires when, and until when its firings count', () => {
    expect(slicing.windowThatFiresAt(11)).toBe(1);
    expect(new Slicing(hops, 3, true).windowThatFiresAt(14)).toBe(1);
    expect(slicing.forget(1).timer).toEqual({ timeMs: 14, startMs: 1, key: '', kind: 'forget' });
  });

  it('never lie across the border of a window', () => {
    const sizes = fc.integer({ min: 1, max: 60 }).chain((sizeMs) =>
      fc.integer({ min: 1, max: sizeMs }).chain((advanceMs) =>
        fc.record({
          sizeMs: fc.constant(sizeMs),
          advanceMs: fc.constant(advanceMs),
          offsetMs: fc.nat({ max: advanceMs - 1 }),
        }),
      ),
    );
    fc.assert(
      fc.property(sizes, fc.integer({ min: -200, max: 200 }), (given, eventTimeMs) => {
        const any = new Slicing(given, 0, false);
        const sliceMs = any.sliceOf(eventTimeMs);
        expect(hoppingStarts(sliceMs, given)).toEqual(hoppingStarts(eventTimeMs, given));
        for (const startMs of hoppingStarts(eventTimeMs, given)) expect(any.slicesOf(startMs)).toContain(sliceMs);
      }),
    );
  });
});

it.each([
  [10, 4, 2],
  [4, 10, 2],
  [7, 7, 7],
  [9, 1, 1],
])('the widest slice that fits into %d and %d is %d', (a, b, width) => {
  expect(greatestCommonDivisor(a, b)).toBe(width);
});
