/** The columns of flights that decide when each is published. */
export interface Departures {
  /** Scheduled departure [ms since 1970]. */
  readonly dateMs: Float64Array;
  /** Negative when early. */
  readonly delayMin: Float64Array;
}

/**
 * When a flight's delay is known [ms since 1970]: an early one is published on schedule, a late one when it has left.
 */
export function publicationMs(dateMs: number, delayMin: number): number {
  return dateMs + Math.max(delayMin, 0) * 60_000;
}

/** Row numbers in the order of publication; rows of one moment by number. */
export function publicationOrder({ dateMs, delayMin }: Departures): Uint32Array {
  const moments = Float64Array.from(dateMs, (date, row) => publicationMs(date, delayMin[row] ?? 0));
  const firstMs = moments.reduce((least, moment) => Math.min(least, moment), Number.POSITIVE_INFINITY);
  // Moment and row in one number, so that a plain numeric sort does: minutes since the first, times 2^24 rows.
  const keys = moments.map((moment, row) => ((moment - firstMs) / 60_000) * ROWS + row);
  return Uint32Array.from(keys.sort(), (key) => key % ROWS);
}

const ROWS = 2 ** 24;

/**
 * Whether the first `count` in order of publication are settled although later parts of the file are unread: none of
 * those can be published before the scheduled time of its earliest row.
 *
 * @param unreadFromMs the earliest `date` of all unread rows, which come after the read ones in row number
 */
export function isSettled(departures: Departures, order: Uint32Array, count: number, unreadFromMs: number): boolean {
  const row = order[count - 1];
  if (row === undefined) return count === 0;
  return publicationMs(departures.dateMs[row] ?? 0, departures.delayMin[row] ?? 0) <= unreadFromMs;
}
