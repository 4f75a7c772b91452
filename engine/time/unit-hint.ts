/** Event times that are meant to be ms lie between the years 2000 and 2100, if they are of our time [ms since 1970]. */
const FROM_MS = 946_684_800_000;
const TO_MS = 4_102_444_800_000;

const UNITS = [
  { unit: 'seconds', perMs: 1e-3, remedy: 'multiply by 1000' },
  { unit: 'microseconds', perMs: 1e3, remedy: 'divide by 1000' },
  { unit: 'nanoseconds', perMs: 1e6, remedy: 'divide by 1000000' },
] as const;

/** Of a watermark: event times of 1970 are accepted, so nothing else says that their unit is another. */
export function looksLikeSeconds(time: number): boolean {
  return time * 1_000 >= FROM_MS && time * 1_000 < TO_MS;
}

/**
 * A hint, never a reason to refuse: 1.7e9 read as ms is in January 1970, and as seconds it is now.
 *
 * @example unitHint(1_700_000_000) // 'it looks like seconds: multiply by 1000 in the timestamp extractor'
 * @returns undefined when the time looks like ms, or like nothing of our time
 */
export function unitHint(time: number): string | undefined {
  const found = UNITS.find(({ perMs }) => time / perMs >= FROM_MS && time / perMs < TO_MS);
  return found === undefined ? undefined : `it looks like ${found.unit}: ${found.remedy} in the timestamp extractor`;
}
