import { requireSetting } from '../errors.ts';
import { lastWindowOf, withChanged, type LogicalPlan } from '../plan/logical-plan.ts';
import type { WindowNode } from '../plan/node.ts';
import { isPlain } from '../window/emission.ts';

/**
 * Who goes on from results takes each one once: the windows before give theirs when they close.
 *
 * @param what goes on from them, for the error
 * @throws INVALID_SETTING where the last window gives results more than once, or has no end
 */
export function withFinalResults(plan: LogicalPlan, what: string): LogicalPlan {
  const inner = lastWindowOf(plan) as WindowNode;
  const { windows, emission } = inner;
  requireSetting(
    'inner window',
    windows.descriptor,
    isPlain(emission) && windows.results === 'bounded',
    `bounded by time and without a trigger: ${what} takes each one once`,
    'leave the trigger out',
  );
  return withChanged(plan, { ...inner, emission: Object.freeze({ ...emission, finalOnly: true }) });
}
