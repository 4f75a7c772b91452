import { push, type Heap } from './heap.ts';

/** Something that is due when a clock reaches `timeMs`. Never stored: an operator finds its timers again in its tables. */
export interface Timer {
  readonly timeMs: number;
  /** The window's start, or 0 where time plays no part. */
  readonly startMs: number;
  /** Empty: for all keys of the window. */
  readonly key: string;
  /** What is due, in the operator's own words; of several at one time the smaller comes first. */
  readonly kind: string;
}

export type Timers = Heap<Timer> | undefined;

/** Deterministic whatever the order in which they were set (PL-12). */
export function timerBefore(a: Timer, b: Timer): boolean {
  if (a.timeMs !== b.timeMs) return a.timeMs < b.timeMs;
  if (a.startMs !== b.startMs) return a.startMs < b.startMs;
  return a.key !== b.key ? a.key < b.key : a.kind < b.kind;
}

export function withTimer(timers: Timers, timer: Timer): Timers {
  return push(timers, timer, timerBefore);
}

/** The timers of one operator: what the watermark brings, and what processing time brings. */
export interface OperatorTimers {
  readonly event: Timers;
  readonly processing: Timers;
}

export const NO_TIMERS: OperatorTimers = Object.freeze({ event: undefined, processing: undefined });
