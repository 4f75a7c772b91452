/** The watermark before any record: nothing is late, nothing fires. Finite, so that it survives JSON and DynamoDB. */
export const NO_WATERMARK = Number.MIN_SAFE_INTEGER;

/** The range of event times that are accepted: what `Date` can show. [ms since 1970] */
export const MIN_EVENT_TIME_MS = -8_640_000_000_000_000;
export const MAX_EVENT_TIME_MS = 8_640_000_000_000_000;

/** A window fires when all up to its end has been seen. */
export function isFired(endMs: number, watermarkMs: number): boolean {
  return endMs <= watermarkMs;
}

/** A window closes, and later records for it are late, once the allowed lateness has passed too. */
export function isClosed(endMs: number, allowedLatenessMs: number, watermarkMs: number): boolean {
  return endMs + allowedLatenessMs <= watermarkMs;
}

/** An event from the future would close every window, so it never gets that far (PL-14). */
export function isFromTheFuture(eventTimeMs: number, arrivalTimeMs: number, maxClockSkewMs: number): boolean {
  return eventTimeMs > arrivalTimeMs + maxClockSkewMs;
}
