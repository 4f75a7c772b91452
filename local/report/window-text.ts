import { MIN_EVENT_TIME_MS } from '../../engine/time/watermark.ts';

const DAY_MS = 86_400_000;
const TEN_MINUTES_MS = 600_000;

/**
 * A window for people: as precise as it is short.
 *
 * @example '2001-01-03 04:00 – 05:00' · '2018-02-05 04:00 – 2018-02-06 04:00' · '1970-01-01 00:00:00 – 00:00:10' · '1970-01-01 00:00:07'
 */
export function windowText({
  windowStartMs,
  windowEndMs,
}: {
  readonly windowStartMs: number;
  readonly windowEndMs: number;
}): string {
  if (windowStartMs === MIN_EVENT_TIME_MS) return 'all time';
  const lengthMs = windowEndMs - windowStartMs;
  const digits = lengthMs < TEN_MINUTES_MS ? 19 : 16;
  const text = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, digits).replace('T', ' ');
  if (lengthMs === 1) return text(windowStartMs);
  return `${text(windowStartMs)} – ${lengthMs < DAY_MS ? text(windowEndMs).slice(11) : text(windowEndMs)}`;
}
