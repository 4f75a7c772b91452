import { describe, expect, it } from '@jest/globals';
import { hull, isLateForSessions, mayForget, overlaps } from '../../../engine/window/sessions.ts';
import { NO_WATERMARK } from '../../../engine/time/watermark.ts';

const GAP = 10;
const LATENESS = 5;

describe('a record is late for sessions', () => {
  it.each([
    { watermarkMs: 114, isLate: false },
    { watermarkMs: 115, isLate: true },
    { watermarkMs: 116, isLate: true },
    { watermarkMs: NO_WATERMARK, isLate: false },
  ])('of 100 when [100, 110) of its own has closed: at watermark $watermarkMs $isLate', ({ watermarkMs, isLate }) => {
    expect(isLateForSessions(100, GAP, LATENESS, watermarkMs, NO_WATERMARK)).toBe(isLate);
  });

  it.each([
    { eventTimeMs: 99, isLate: true },
    { eventTimeMs: 100, isLate: false },
    { eventTimeMs: 101, isLate: false },
  ])('when it falls into a session that has closed, which ended at 100: $eventTimeMs $isLate', ({ eventTimeMs, isLate }) => {
    expect(isLateForSessions(eventTimeMs, GAP, LATENESS, 0, 100)).toBe(isLate);
  });
});

describe('a closed session', () => {
  it.each([
    { watermarkMs: 114, forgotten: false },
    { watermarkMs: 115, forgotten: true },
    { watermarkMs: 116, forgotten: true },
  ])('that ended at 100 is forgotten once every record before its end would be late anyway: at $watermarkMs $forgotten', ({ watermarkMs, forgotten }) => {
    expect(mayForget(100, GAP, LATENESS, watermarkMs)).toBe(forgotten);
    // The last moment inside it, without the memory of it.
    if (forgotten) expect(isLateForSessions(99, GAP, LATENESS, watermarkMs, NO_WATERMARK)).toBe(true);
  });
});

describe('two sessions', () => {
  it.each([
    { startMs: 19, together: true },
    { startMs: 20, together: false },
    { startMs: 21, together: false },
  ])('are one when they overlap, not when they touch: [10, 20) and [$startMs, 30) $together', ({ startMs, together }) => {
    expect(overlaps({ startMs: 10, endMs: 20 }, { startMs, endMs: 30 })).toBe(together);
    expect(overlaps({ startMs, endMs: 30 }, { startMs: 10, endMs: 20 })).toBe(together);
  });

  it('become one from the first start to the last end', () => {
    expect(hull([{ startMs: 5, endMs: 15 }, { startMs: 0, endMs: 10 }, { startMs: 12, endMs: 13 }])).toEqual({ startMs: 0, endMs: 15 });
  });
});
