import { minutes, seconds } from '../time/duration.ts';

/** How long code of the pipeline may take [ms]. */
export interface TimeLimits {
  /** One record or one firing: what takes no longer is never refused. */
  readonly unitMs: number;
  /** One step, before it is looked into: it is made again, with less to do. */
  readonly stepMs: number;
  /** One step of which nothing can be left to the next; and how long one version of a log may be tried for. */
  readonly longMs: number;
}

/** So that several stops, and the reading of the log after each, fit into one invocation that may take `timeoutMs`. */
export function timeLimitsWithin(timeoutMs: number): TimeLimits {
  return Object.freeze({
    unitMs: Math.min(seconds(1), timeoutMs / 40),
    stepMs: Math.min(seconds(3), timeoutMs / 12),
    longMs: timeoutMs / 2,
  });
}

/** Of a function as it is deployed unless told otherwise. */
export const TIME_LIMITS: TimeLimits = timeLimitsWithin(minutes(1));
