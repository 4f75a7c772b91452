import { requireMs, requireSetting } from '../errors.ts';
import { alignedWindows } from './aligned-windows.ts';
import type { WindowAssigner } from './window-assigner.ts';
import type { WindowedAggregation, Windows } from './windows.ts';

export interface TumblingWindows {
  /** Length of a window, above 0. */
  readonly sizeMs: number;
  /** Shifts every window's start, [0, sizeMs). @default 0 */
  readonly offsetMs?: number;
}

/**
 * Fixed windows without gap or overlap: each record falls into exactly one.
 *
 * @example tumbling({ sizeMs: hours(1) }) // [0:00, 1:00), [1:00, 2:00), …
 * @throws INVALID_SETTING when sizeMs is not a whole number above 0 or offsetMs is outside [0, sizeMs)
 */
export function tumbling({ sizeMs, offsetMs = 0 }: TumblingWindows): Windows & WindowAssigner {
  requireMs('sizeMs', sizeMs, 1, 'pass minutes(1)');
  const inside = Number.isSafeInteger(offsetMs) && offsetMs >= 0 && offsetMs < sizeMs;
  requireSetting(
    'offsetMs',
    offsetMs,
    inside,
    `an integer in [0, ${sizeMs})`,
    'leave it out to align windows with 1970-01-01T00:00Z',
  );
  const assigner: WindowAssigner = Object.freeze({
    descriptor: `tumbling(size=${sizeMs},offset=${offsetMs})`,
    windowStarts: (eventTimeMs: number) => [tumblingStart(eventTimeMs, sizeMs, offsetMs)],
    endOf: (startMs: number) => startMs + sizeMs,
  });
  return Object.freeze({
    ...assigner,
    kind: 'tumbling' as const,
    sizeMs,
    results: 'bounded' as const,
    sliceOf: (eventTimeMs: number) => tumblingStart(eventTimeMs, sizeMs, offsetMs),
    operator: (aggregation: WindowedAggregation) => alignedWindows(assigner, aggregation),
  });
}

/** Start of the window that holds `eventTimeMs`; right for times before 1970 too. */
export function tumblingStart(eventTimeMs: number, sizeMs: number, offsetMs: number): number {
  return Math.floor((eventTimeMs - offsetMs) / sizeMs) * sizeMs + offsetMs;
}
