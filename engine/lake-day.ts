/**
 * The day (UTC) whose folder of the lake a line lies in, the same for whoever writes, declares or reads it. Tables list the
 * folders of a range of days, so every line must lie in one: a query without a day lists each of them once, about 29,000.
 *
 *     time          before 1970, or none    1970-01-01 … 2049-12-31    later
 *     lies in       1970-01-01              its own day                2049-12-31
 */

const FIRST_MS = 0;
const LAST_MS = Date.UTC(2050, 0) - 1;

/** Both ends belong to the range. */
export const LAKE_DAYS = Object.freeze({ first: dayOf(FIRST_MS), last: dayOf(LAST_MS) });

/** @example lakeDay(0) // '1970-01-01' */
export function lakeDay(timeMs: number): string {
  // What is no number is not above the first day.
  return dayOf(timeMs > FIRST_MS ? Math.min(timeMs, LAST_MS) : FIRST_MS);
}

/** `lakeDay` of a field of a line, in the language of jq 1.6, which Firehose speaks. */
export function lakeDayInJq(field: string): string {
  return `[[.${field}, ${FIRST_MS}] | max, ${LAST_MS}] | min / 1000 | floor | strftime("%Y-%m-%d")`;
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
