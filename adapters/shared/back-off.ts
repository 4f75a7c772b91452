import type { Clock } from '../../engine/ports.ts';

/** How a harmless request is repeated. */
export interface BackOff {
  /** Tries in all, from 1. */
  readonly attempts: number;
  /** Upper bound of the first wait; doubles with every try. */
  readonly firstMs: number;
  readonly longestMs: number;
}

export const DEFAULT_BACK_OFF: BackOff = Object.freeze({ attempts: 8, firstMs: 20, longestMs: 1_000 });

/**
 * The wait after try number `attempt` (from 1): half fixed, half random, so that many writers do not return together.
 *
 * @param unit a random number in [0, 1)
 */
export function waitMs(backOff: BackOff, attempt: number, unit: number): number {
  const bound = Math.min(backOff.longestMs, backOff.firstMs * 2 ** (attempt - 1));
  return Math.ceil(bound / 2 + (bound / 2) * unit);
}

/** Repeats `request` while its error is `repeatable`; throws the last error. For requests that are safe to repeat only. */
export async function repeat<T>(
  request: () => Promise<T>,
  repeatable: (error: unknown) => boolean,
  options: { readonly backOff: BackOff; readonly clock: Clock },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (attempt >= options.backOff.attempts || !repeatable(error)) throw error;
      await options.clock.sleep(waitMs(options.backOff, attempt, Math.random()));
    }
  }
}
