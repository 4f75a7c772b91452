/**
 * How often receivers are called (PL-38). Rings of a receiver within one interval are one call, and the queue hands it
 * over only when the interval has ended:
 *
 *     commits      1   2      3  │ 4        5     │
 *     interval     ├──────k──────┤├──────k+1──────┤
 *     first ring   └──────pace──────►│ call: 1 to 3
 *                                └──────pace──────►│ call: 4, 5
 *
 * The queue leaves a ring out whose interval it has had, also when that call is over. No commit is left without a call
 * all the same: what an interval's first ring calls reads later than its last ring.
 */
import { seconds } from '../time/duration.ts';

/** A second costs two fifths less than a call for each commit. */
export const DEFAULT_PACE_MS = seconds(1);

/** At a commit a second, so much fills half of a sender's ring; and a tick calls each minute whatever the pace is. */
export const MAX_PACE_MS = seconds(30);

/** The queue counts its delay so. */
const PACE_STEP_MS = seconds(1);

/**
 * By so much an interval is shorter than the delay: clocks of two functions may differ by it, or an eventually
 * consistent read be behind. Beyond it a ring can be left out after its call, and the tick makes up for it.
 */
export const PACE_TOLERANCE_MS = 100;

/** Whether a queue can have it. */
export function isPace(paceMs: number): boolean {
  return Number.isInteger(paceMs) && paceMs % PACE_STEP_MS === 0 && paceMs >= 0 && paceMs <= MAX_PACE_MS;
}

/** Rings of a receiver within so long are one call; 0: each is by itself. */
export function intervalMs(paceMs: number): number {
  return paceMs === 0 ? 0 : paceMs - PACE_TOLERANCE_MS;
}

/** @param paceMs above 0 */
export function intervalAt(nowMs: number, paceMs: number): number {
  return Math.floor(nowMs / intervalMs(paceMs));
}
