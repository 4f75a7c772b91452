import { describe, expect, it } from '@jest/globals';
import { closesAtMs, hull, isLateForSessions, overlaps } from '../../../engine/window/sessions.ts';
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
    expect(isLateForSessions(100, GAP, LATENESS, watermarkMs)).toBe(isLate);
  });
});

describe('a session', () => {
  it('is kept until every record that falls into it is late by itself', () => {
    const lastInside = 99;
    const closesMs = closesAtMs(100, GAP, LATENESS);
    expect(closesMs).toBe(115);
    expect(isLateForSessions(lastInside, GAP, LATENESS, closesMs - 1)).toBe(true);
    expect(isLateForSessions(lastInside, GAP, LATENESS, closesMs - 2)).toBe(false);
    // One that only touches it is in time a moment longer, and begins another session.
    expect(isLateForSessions(100, GAP, LATENESS, closesMs - 1)).toBe(false);
  });
});

describe('two sessions', () => {
  it.each([
    { startMs: 19, together: true },
    { startMs: 20, together: false },
    { startMs: 21, together: false },
  ])(
    'are one when they overlap, not when they touch: [10, 20) and [$startMs, 30) $together',
    ({ startMs, together }) => {
      expect(overlaps({ startMs: 10, endMs: 20 }, { startMs, endMs: 30 })).toBe(together);
      expect(overlaps({ startMs, endMs: 30 }, { startMs: 10, endMs: 20 })).toBe(together);
    },
  );

  it('become one from the first start to the last end', () => {
    expect(
      hull([
        { startMs: 5, endMs: 15 },
        { startMs: 0, endMs: 10 },
        { startMs: 12, endMs: 13 },
      ]),
    ).toEqual({ startMs: 0, endMs: 15 });
  });
});
