import { requireMs } from '../errors.ts';
import { sessionOperator } from './session-operator.ts';
import type { WindowedAggregation, Windows } from './windows.ts';

export interface SessionWindows {
  /** A session ends when its key has been quiet for so long, above 0. */
  readonly gapMs: number;
}

/**
 * Windows that each key has to itself: a session lasts from its first record to `gapMs` after its last one. A record in
 * between joins two; sessions of one key never overlap.
 *
 * @example session({ gapMs: minutes(30) }) // [first, last + 30 min)
 * @throws INVALID_SETTING
 */
export function session({ gapMs }: SessionWindows): Windows {
  requireMs('gapMs', gapMs, 1, 'pass minutes(30)');
  return Object.freeze({
    kind: 'session' as const,
    descriptor: `session(gap=${gapMs})`,
    sizeMs: gapMs,
    results: 'bounded' as const,
    operator: (aggregation: WindowedAggregation) => sessionOperator(gapMs, aggregation),
  });
}
