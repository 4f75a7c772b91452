import { requireSetting } from '../errors.ts';
import { DEFAULT_EMISSION, type Accumulation, type Emission, type Trigger } from '../window/emission.ts';

export interface WindowSettings {
  /** How long after its end a window still takes late records, 0 or more. @default 0 */
  readonly allowedLatenessMs?: number;
  /** When results come out besides at the window's end. @default at the end, then with each late record */
  readonly trigger?: Trigger;
  /** What each result says. @default 'accumulating' */
  readonly accumulation?: Accumulation;
  /** One result per window, when it closes; then there is no trigger. @default false */
  readonly finalOnly?: boolean;
}

export function emissionOf({ trigger, accumulation = 'accumulating', finalOnly = false }: WindowSettings): Emission {
  requireSetting(
    'accumulation',
    accumulation,
    ['accumulating', 'discarding', 'retracting'].includes(accumulation),
    "'accumulating', 'discarding' or 'retracting'",
    'leave it out for accumulating',
  );
  if (finalOnly) {
    const plain = trigger === undefined && accumulation === 'accumulating';
    requireSetting(
      'finalOnly',
      { trigger, accumulation },
      plain,
      'without a trigger and accumulating: there is one result per window',
      'leave one of the two out',
    );
  }
  return Object.freeze({
    early: trigger?.early,
    late: trigger?.late ?? DEFAULT_EMISSION.late,
    accumulation,
    finalOnly,
  });
}
