import { requireMs, requireSetting } from '../errors.ts';
import { alignedWindows } from './aligned-windows.ts';
import { isPlain } from './emission.ts';
import type { Hops } from './hops.ts';
import { slicedWindows } from './sliced-windows.ts';
import { sliceStart } from './slicing.ts';
import { tumblingStart } from './tumbling-windows.ts';
import type { WindowAssigner } from './window-assigner.ts';
import type { WindowedAggregation, Windows } from './windows.ts';

export interface HoppingWindows {
  /** Length of a window, above 0. */
  readonly sizeMs: number;
  /** From one window's start to the next one's, above 0 and at most sizeMs. */
  readonly advanceMs: number;
  /** Shifts every window's start, [0, advanceMs). @default 0 */
  readonly offsetMs?: number;
}

/**
 * Fixed windows that overlap: each record falls into sizeMs / advanceMs of them. (Flink calls them sliding.)
 *
 * @example hopping({ sizeMs: minutes(60), advanceMs: minutes(1) }) // the last hour, every minute
 * @throws INVALID_SETTING
 */
export function hopping({ sizeMs, advanceMs, offsetMs = 0 }: HoppingWindows): Windows & WindowAssigner {
  requireMs('sizeMs', sizeMs, 1, 'pass minutes(60)');
  const isHop = Number.isSafeInteger(advanceMs) && advanceMs > 0 && advanceMs <= sizeMs;
  requireSetting('advanceMs', advanceMs, isHop, `an integer in [1, ${sizeMs}]`, 'pass minutes(1)');
  requireSetting(
    'windows that hold a record',
    Math.ceil(sizeMs / advanceMs),
    sizeMs / advanceMs <= MAX_OVERLAP,
    `at most ${MAX_OVERLAP}`,
    'pass a larger advanceMs',
  );
  const inside = Number.isSafeInteger(offsetMs) && offsetMs >= 0 && offsetMs < advanceMs;
  requireSetting(
    'offsetMs',
    offsetMs,
    inside,
    `an integer in [0, ${advanceMs})`,
    'leave it out to align windows with 1970-01-01T00:00Z',
  );
  const hops: Hops = Object.freeze({ sizeMs, advanceMs, offsetMs });
  const assigner: WindowAssigner = Object.freeze({
    descriptor: `hopping(size=${sizeMs},advance=${advanceMs},offset=${offsetMs})`,
    windowStarts: (eventTimeMs: number) => hoppingStarts(eventTimeMs, hops),
    endOf: (startMs: number) => startMs + sizeMs,
  });
  return Object.freeze({
    ...assigner,
    kind: 'hopping' as const,
    sizeMs,
    results: 'bounded' as const,
    sliceOf: (eventTimeMs: number) => sliceStart(eventTimeMs, hops),
    // Windows may share their parts as long as all they do is fire with all that they hold.
    operator: (aggregation: WindowedAggregation) =>
      isPlain(aggregation.emission)
        ? slicedWindows(hops, assigner, aggregation)
        : alignedWindows(assigner, aggregation),
  });
}

/** Each of them is touched by a late record, and each has a result per key. */
const MAX_OVERLAP = 10_000;

/** Start of every window that holds `eventTimeMs`, ascending. */
export function hoppingStarts(eventTimeMs: number, { sizeMs, advanceMs, offsetMs }: Hops): number[] {
  const starts: number[] = [];
  for (
    let startMs = tumblingStart(eventTimeMs, advanceMs, offsetMs);
    startMs > eventTimeMs - sizeMs;
    startMs -= advanceMs
  )
    starts.push(startMs);
  return starts.reverse();
}
