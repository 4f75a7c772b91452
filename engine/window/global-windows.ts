import { requireSetting } from '../errors.ts';
import { MAX_EVENT_TIME_MS, MIN_EVENT_TIME_MS } from '../time/watermark.ts';
import { alignedWindows } from './aligned-windows.ts';
import type { WindowAssigner } from './window-assigner.ts';
import type { WindowedAggregation, Windows } from './windows.ts';

/**
 * One window for all time: a running total per key. It never ends, so an early trigger says when results come out, and its
 * state stays as long as the pipeline.
 *
 * @example .window(global(), { trigger: { early: everyRecords(100) } })
 */
export function global(): Windows & WindowAssigner {
  const assigner: WindowAssigner = Object.freeze({
    descriptor: 'global()',
    windowStarts: () => [MIN_EVENT_TIME_MS],
    endOf: () => MAX_EVENT_TIME_MS,
  });
  return Object.freeze({
    ...assigner,
    kind: 'global' as const,
    results: 'bounded' as const,
    operator: (aggregation: WindowedAggregation) => {
      requireSetting(
        'trigger.early',
        aggregation.emission.early,
        aggregation.emission.early !== undefined,
        'given for a global window, which has no end',
        'pass { trigger: { early: everyRecords(100) } }',
      );
      return alignedWindows(assigner, aggregation);
    },
  });
}
