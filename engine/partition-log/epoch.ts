/** What a creation time in ms looks like as an incarnation, from 2001 to 2286: a topic id never does. */
const CREATION_TIME = /^\d{13}$/;

/**
 * The epoch of a log that begins now: the clock, but never before its stream was created. So a stream that was made again
 * is the newer one even where the clocks of functions differ.
 */
export function epochOf(incarnation: string, nowMs: number): number {
  return CREATION_TIME.test(incarnation) ? Math.max(nowMs, Number(incarnation)) : nowMs;
}
