/**
 * The rules of an interval join. Of two rows of one key, left at `l` and right at `r`, `lower <= r - l <= upper` is a pair:
 *
 *     left      ──────────●───────────────────────────►  time
 *                         l
 *     right     ──────────────[ l + lower … l + upper ]─►
 */
import { otherSide, type Side } from './side.ts';

/**
 * Which rows without a partner come out: none; those of the left, of the right, or of both sides. `semi` and `anti` give rows
 * of the left alone, those with a partner or those without.
 */
export type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

export const JOIN_KINDS: readonly JoinKind[] = ['inner', 'left', 'right', 'full', 'semi', 'anti'];

/** What rows of a join have in common with each other. */
export interface JoinBounds {
  readonly kind: JoinKind;
  /** How much later than a left row its right row is, at least; below 0: earlier [ms]. */
  readonly lowerMs: number;
  /** The same, at most [ms]. */
  readonly upperMs: number;
  /** How far behind its own watermark a row may be [ms]. */
  readonly allowedLatenessMs: number;
}

/** A row without a partner comes out by itself, when none can come any more. */
export function comesOutAlone(kind: JoinKind, side: Side): boolean {
  if (kind === 'full') return true;
  return side === 'left' ? kind === 'left' || kind === 'anti' : kind === 'right';
}

/** A row of the left comes out or is dropped with its first partner, and needs no further one. */
export function isOnceOnly(kind: JoinKind): boolean {
  return kind === 'semi' || kind === 'anti';
}

/** When partners of a row happened, both ends included. */
export function partnerTimes(
  { lowerMs, upperMs }: Pick<JoinBounds, 'lowerMs' | 'upperMs'>,
  side: Side,
  timeMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  return side === 'left'
    ? { fromMs: timeMs + lowerMs, toMs: timeMs + upperMs }
    : { fromMs: timeMs - upperMs, toMs: timeMs - lowerMs };
}

/** The first watermark by which no partner of a row is in time any more: its last one, late by all that it may be, is before it. */
export function leavesAtMs(bounds: JoinBounds, side: Side, timeMs: number): number {
  return partnerTimes(bounds, side, timeMs).toMs + bounds.allowedLatenessMs + 1;
}

/** A row is late by its own watermark, and by no other (PL-44). */
export function isLateForJoin({ allowedLatenessMs }: JoinBounds, timeMs: number, watermarkMs: number): boolean {
  return timeMs + allowedLatenessMs < watermarkMs;
}

/**
 * By how much what comes out is behind the watermark: a pair has the time of its later row, which has just come; a row that
 * waited has its own time, and comes out when it leaves.
 */
export function joinDelayMs(bounds: JoinBounds): number {
  const { kind, allowedLatenessMs } = bounds;
  const waitOf = (side: Side): number => leavesAtMs(bounds, side, 0) - 1;
  const waits: readonly Side[] = ['left', 'right'];
  const isWaiting = (side: Side): boolean => comesOutAlone(kind, side) || (kind === 'semi' && side === 'left');
  return Math.max(allowedLatenessMs, ...waits.filter(isWaiting).map(waitOf));
}

/** The times of a pair's rows, whichever came first. */
export function timesOf(side: Side, timeMs: number, partnerMs: number): Readonly<Record<Side, number>> {
  const times = { left: timeMs, right: timeMs };
  times[otherSide(side)] = partnerMs;
  return times;
}
