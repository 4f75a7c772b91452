import { describe, expect, it } from '@jest/globals';
import { isClosed, isFired, isFromTheFuture, NO_WATERMARK } from '../../../engine/time/watermark.ts';

describe('a window fires when endMs <= watermarkMs', () => {
  it.each([
    { watermarkMs: 9, fires: false },
    { watermarkMs: 10, fires: true },
    { watermarkMs: 11, fires: true },
    { watermarkMs: NO_WATERMARK, fires: false },
  ])('a window that ends at 10, at watermark $watermarkMs: $fires', ({ watermarkMs, fires }) => {
    expect(isFired(10, watermarkMs)).toBe(fires);
  });

  it.each([
    { watermarkMs: -11, fires: false },
    { watermarkMs: -10, fires: true },
    { watermarkMs: -9, fires: true },
  ])('a window that ends at -10, at watermark $watermarkMs: $fires', ({ watermarkMs, fires }) => {
    expect(isFired(-10, watermarkMs)).toBe(fires);
  });
});

describe('a window closes when endMs + allowedLatenessMs <= watermarkMs', () => {
  it.each([
    { allowedLatenessMs: 0, watermarkMs: 9, closes: false },
    { allowedLatenessMs: 0, watermarkMs: 10, closes: true },
    { allowedLatenessMs: 0, watermarkMs: 11, closes: true },
    { allowedLatenessMs: 5, watermarkMs: 10, closes: false },
    { allowedLatenessMs: 5, watermarkMs: 14, closes: false },
    { allowedLatenessMs: 5, watermarkMs: 15, closes: true },
    { allowedLatenessMs: 5, watermarkMs: 16, closes: true },
    { allowedLatenessMs: 5, watermarkMs: NO_WATERMARK, closes: false },
  ])(
    'a window that ends at 10, with $allowedLatenessMs allowed, at watermark $watermarkMs: $closes',
    ({ allowedLatenessMs, watermarkMs, closes }) => {
      expect(isClosed(10, allowedLatenessMs, watermarkMs)).toBe(closes);
    },
  );
});

describe('an event is from the future when it is more than maxClockSkewMs ahead of its arrival (PL-14)', () => {
  it.each([
    { eventTimeMs: 14, future: false },
    { eventTimeMs: 15, future: false },
    { eventTimeMs: 16, future: true },
    { eventTimeMs: -5, future: false },
  ])('an event at $eventTimeMs that arrives at 10, with a skew of 5: $future', ({ eventTimeMs, future }) => {
    expect(isFromTheFuture(eventTimeMs, 10, 5)).toBe(future);
  });

  it.each([
    { eventTimeMs: 10, future: false },
    { eventTimeMs: 11, future: true },
  ])('an event at $eventTimeMs that arrives at 10, without any skew: $future', ({ eventTimeMs, future }) => {
    expect(isFromTheFuture(eventTimeMs, 10, 0)).toBe(future);
  });
});
