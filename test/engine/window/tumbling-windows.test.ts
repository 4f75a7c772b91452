import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { tumbling, tumblingStart } from '../../../engine/window/tumbling-windows.ts';

describe('a tumbling window', () => {
  it.each([
    { eventTimeMs: -11, startMs: -20 },
    { eventTimeMs: -10, startMs: -10 },
    { eventTimeMs: -9, startMs: -10 },
    { eventTimeMs: -1, startMs: -10 },
    { eventTimeMs: 0, startMs: 0 },
    { eventTimeMs: 1, startMs: 0 },
    { eventTimeMs: 9, startMs: 0 },
    { eventTimeMs: 10, startMs: 10 },
    { eventTimeMs: 11, startMs: 10 },
  ])('of 10 that holds $eventTimeMs starts at $startMs', ({ eventTimeMs, startMs }) => {
    expect(tumblingStart(eventTimeMs, 10, 0)).toBe(startMs);
  });

  it.each([
    { eventTimeMs: -8, startMs: -17 },
    { eventTimeMs: -7, startMs: -7 },
    { eventTimeMs: -6, startMs: -7 },
    { eventTimeMs: 2, startMs: -7 },
    { eventTimeMs: 3, startMs: 3 },
    { eventTimeMs: 4, startMs: 3 },
    { eventTimeMs: 12, startMs: 3 },
    { eventTimeMs: 13, startMs: 13 },
  ])('of 10 with offset 3 that holds $eventTimeMs starts at $startMs', ({ eventTimeMs, startMs }) => {
    expect(tumblingStart(eventTimeMs, 10, 3)).toBe(startMs);
  });

  it('gives each record one window, half-open', () => {
    const windows = tumbling({ sizeMs: 10, offsetMs: 5 });
    expect(windows.windowStarts(14)).toEqual([5]);
    expect(windows.endOf(5)).toBe(15);
    expect(windows.windowStarts(15)).toEqual([15]);
  });

  it('holds its record and starts on the grid, for any time that a date can show', () => {
    const times = fc.maxSafeInteger().filter((timeMs) => Math.abs(timeMs) <= 8_640_000_000_000_000);
    const settings = fc
      .integer({ min: 1, max: 100_000_000_000 })
      .chain((sizeMs) => fc.record({ sizeMs: fc.constant(sizeMs), offsetMs: fc.nat({ max: sizeMs - 1 }) }));
    fc.assert(
      fc.property(times, settings, (eventTimeMs, { sizeMs, offsetMs }) => {
        const windows = tumbling({ sizeMs, offsetMs });
        const [startMs = Number.NaN, ...others] = windows.windowStarts(eventTimeMs);
        expect(others).toEqual([]);
        expect(startMs <= eventTimeMs && eventTimeMs < windows.endOf(startMs)).toBe(true);
        expect((BigInt(startMs) - BigInt(offsetMs)) % BigInt(sizeMs)).toBe(0n);
      }),
    );
  });
});
