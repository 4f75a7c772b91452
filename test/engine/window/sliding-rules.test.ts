import { describe, expect, it } from '@jest/globals';
import { DEFAULT_EMISSION } from '../../../engine/window/emission.ts';
import { Sliding } from '../../../engine/window/sliding-windows.ts';

const rules = (finalOnly = false) =>
  new Sliding(5, { id: 'window', allowedLatenessMs: 3, aggregates: [], emission: { ...DEFAULT_EMISSION, finalOnly } });

describe('sliding windows of a difference of 5', () => {
  it('hold what lies up to 5 apart: one that starts at 10 ends at 16', () => {
    expect(rules().endOf(10)).toBe(16);
  });

  // A record at 10 lies in [5, 11) to [10, 16), which closes at 19.
  it.each([
    [18, false],
    [19, true],
    [20, true],
  ])(
    'a record at 10 is late when the last window that could hold it has closed: at watermark %d %s',
    (watermarkMs, isLate) => {
      expect(rules().isLate(10, watermarkMs)).toBe(isLate);
    },
  );

  // The window [5, 11) ends with a record at 10, the window [11, 17) begins behind it.
  it.each([
    [10, 'left', 11],
    [11, 'right', 17],
    [12, 'right', 17],
    [16, 'right', 17],
    [17, 'drop', 20],
    [18, 'drop', 20],
  ])('at watermark %d a record at 10 waits for %s at %d', (watermarkMs, kind, timeMs) => {
    expect(rules().timerOf(10, 'k', watermarkMs).timer).toEqual({ timeMs, startMs: 10, key: 'k', kind });
  });

  it.each([
    [13, 'left', 14],
    [14, 'right', 20],
    [19, 'right', 20],
    [20, 'drop', 20],
  ])('with one final result, at watermark %d it waits for %s at %d', (watermarkMs, kind, timeMs) => {
    expect(rules(true).timerOf(10, 'k', watermarkMs).timer).toEqual({ timeMs, startMs: 10, key: 'k', kind });
  });

  it.each([
    [15, [5, 11, 10]],
    [16, [5, 11, 11]],
    [17, [5, 12]],
  ])(
    'records at 10 and %d have windows from %j: the one behind the first exists when the second is in it',
    (second, starts) => {
      expect([...rules().windowsOf([10, second])].sort((a, b) => a - b)).toEqual(
        [...new Set(starts)].sort((a, b) => a - b),
      );
    },
  );
});
