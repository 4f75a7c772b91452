/**
 * When a window's results come out, besides at its end:
 *
 *     start ─── early ─── early ─── end: on time ─── late ─── late ─── end + allowedLatenessMs: final, closed
 */
import { requireMs, requireSetting } from '../errors.ts';

/** Fires a window with something new again and again: by records, or each time a clock passes a multiple of `everyMs`. */
export type Repeat =
  | { readonly by: 'records'; readonly n: number }
  | { readonly by: 'eventTime' | 'processingTime'; readonly everyMs: number };

/** @param n records since the window's last firing, 1 or more */
export function everyRecords(n: number): Repeat {
  requireSetting('n', n, Number.isSafeInteger(n) && n >= 1, 'an integer above 0', 'pass 100');
  return Object.freeze({ by: 'records' as const, n });
}

/** Whenever the watermark passes a multiple of `everyMs`. */
export function everyEventTime(everyMs: number): Repeat {
  return Object.freeze({ by: 'eventTime' as const, everyMs: requireMs('everyMs', everyMs, 1, 'pass minutes(1)') });
}

/** Whenever records' arrival, or a tick of an idle partition, passes a multiple of `everyMs`. */
export function everyProcessingTime(everyMs: number): Repeat {
  return Object.freeze({ by: 'processingTime' as const, everyMs: requireMs('everyMs', everyMs, 1, 'pass minutes(1)') });
}

/**
 * What a firing says: `accumulating` all that the window has so far; `discarding` what is new since the last firing;
 * `retracting` as accumulating, but first takes back what the last firing said.
 */
export type Accumulation = 'accumulating' | 'discarding' | 'retracting';

export interface Trigger {
  /** Before the window's end. @default never */
  readonly early?: Repeat;
  /** After it, for late records; what is left comes out when the window closes. @default everyRecords(1) */
  readonly late?: Repeat;
}

export interface Emission {
  readonly early: Repeat | undefined;
  readonly late: Repeat;
  readonly accumulation: Accumulation;
  /** One result per window, when it closes. */
  readonly finalOnly: boolean;
}

export const DEFAULT_EMISSION: Emission = Object.freeze({
  early: undefined,
  late: everyRecords(1),
  accumulation: 'accumulating',
  finalOnly: false,
});

/** Fires at the end and with each late record, and says all that the window has: nothing that asks for more than its panes. */
export function isPlain({ early, late, accumulation }: Emission): boolean {
  return early === undefined && late.by === 'records' && late.n === 1 && accumulation === 'accumulating';
}

/** Whether panes must remember how much is new since their last firing. */
export function countsUnfired({ early, late, accumulation, finalOnly }: Emission): boolean {
  return !finalOnly && (early !== undefined || late.by !== 'records' || late.n > 1 || accumulation === 'discarding');
}

/** Canonical text, part of the state's schema: it decides what a pane's bytes are. */
export function emissionSchema(emission: Emission): string {
  return `${countsUnfired(emission) ? 'counted ' : ''}${emission.accumulation}`;
}

/** The first multiple of `everyMs` after `nowMs`. */
export function nextMultiple(nowMs: number, everyMs: number): number {
  return (Math.floor(nowMs / everyMs) + 1) * everyMs;
}
