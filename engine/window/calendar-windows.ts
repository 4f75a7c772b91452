import { Temporal } from 'temporal-polyfill';
import { requireSetting } from '../errors.ts';
import { alignedWindows } from './aligned-windows.ts';
import type { WindowBounds } from './panes.ts';
import { tumblingStart } from './tumbling-windows.ts';
import type { WindowAssigner } from './window-assigner.ts';
import type { WindowedAggregation, Windows } from './windows.ts';

export interface CalendarWindows {
  /** A week begins on Monday (ISO 8601). */
  readonly unit: 'hour' | 'day' | 'week' | 'month' | 'year';
  /** An IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
}

const TYPICAL_MS = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_629_746_000,
  year: 31_556_952_000,
} as const;

/**
 * Windows as people count them: on the day when clocks change, a day lasts 23 or 25 hours. The rules of the time zone are
 * those of the Node.js that runs: a country that changes them moves windows that are still to come.
 *
 * @example calendar({ unit: 'day', timeZone: 'Europe/Berlin' })
 * @throws INVALID_SETTING when the runtime does not know the time zone
 */
export function calendar({ unit, timeZone }: CalendarWindows): Windows & WindowAssigner {
  requireSetting(
    'unit',
    unit,
    Object.hasOwn(TYPICAL_MS, unit),
    `one of ${Object.keys(TYPICAL_MS).join(', ')}`,
    "pass 'day'",
  );
  requireSetting('timeZone', timeZone, isTimeZone(timeZone), 'an IANA time zone', "pass 'Europe/Berlin'");
  const windowOf = (timeMs: number): WindowBounds => {
    const moment = Temporal.Instant.fromEpochMilliseconds(timeMs).toZonedDateTimeISO(timeZone);
    if (unit === 'hour') return hourAround(moment);
    const start = startOf(moment, unit);
    return { startMs: start.epochMilliseconds, endMs: startOf(start.add({ [`${unit}s`]: 1 }), unit).epochMilliseconds };
  };
  // Records come close together: most fall into the window of the one before.
  let last: WindowBounds = { startMs: 0, endMs: 0 };
  const cached = (timeMs: number) => (timeMs >= last.startMs && timeMs < last.endMs ? last : (last = windowOf(timeMs)));
  const assigner: WindowAssigner = Object.freeze({
    descriptor: `calendar(unit=${unit},timeZone=${timeZone})`,
    windowStarts: (eventTimeMs: number) => [cached(eventTimeMs).startMs],
    endOf: (startMs: number) => cached(startMs).endMs,
  });
  return Object.freeze({
    ...assigner,
    kind: 'calendar' as const,
    sizeMs: TYPICAL_MS[unit],
    results: 'bounded' as const,
    sliceOf: (eventTimeMs: number) => cached(eventTimeMs).startMs,
    operator: (aggregation: WindowedAggregation) => alignedWindows(assigner, aggregation),
  });
}

/**
 * The hour is cut in real time, so that the hour that clocks repeat is two windows. Where they change within an hour, as by
 * half an hour on Lord Howe Island, a window ends there and the next begins.
 */
function hourAround(moment: Temporal.ZonedDateTime): WindowBounds {
  const { epochMilliseconds: timeMs, offsetNanoseconds } = moment;
  const startMs = tumblingStart(timeMs, TYPICAL_MS.hour, -offsetNanoseconds / 1_000_000);
  const changedMs = moment.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds ?? startMs;
  const changesMs = moment.getTimeZoneTransition('next')?.epochMilliseconds ?? startMs + TYPICAL_MS.hour;
  return { startMs: Math.max(startMs, changedMs), endMs: Math.min(startMs + TYPICAL_MS.hour, changesMs) };
}

/** The end of a window is the start of the next: a day that begins at 1:00, because clocks change at midnight, is followed by one that does not. */
function startOf(
  moment: Temporal.ZonedDateTime,
  unit: Exclude<CalendarWindows['unit'], 'hour'>,
): Temporal.ZonedDateTime {
  if (unit === 'day') return moment.startOfDay();
  if (unit === 'week') return moment.subtract({ days: moment.dayOfWeek - 1 }).startOfDay();
  return (unit === 'month' ? moment.with({ day: 1 }) : moment.with({ month: 1, day: 1 })).startOfDay();
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
