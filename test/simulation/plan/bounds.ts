import { PACKING, type Packing } from '../../../engine/partition-log/snapshot-writer.ts';
import { MAX_ROWS_PER_COMMIT, MAX_TIMERS_PER_COMMIT } from '../../../engine/processor.ts';
import type { PlanSettings, PlanSizes } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';

/** @param isLikely one commit's rest of a move is met by a later definition, or by what a merge has left */
export function planBounds(random: SeededRandom, isLikely: boolean): Omit<PlanSettings, keyof PlanSizes | 'packing'> {
  const [rows, timers] = [random.pick([1, 3, MAX_ROWS_PER_COMMIT]), random.pick([1, 3, MAX_TIMERS_PER_COMMIT])];
  return random.chance(isLikely ? 0.8 : 0.3)
    ? { maxRowsPerCommit: rows, maxTimersPerCommit: timers }
    : { maxRowsPerCommit: MAX_ROWS_PER_COMMIT, maxTimersPerCommit: MAX_TIMERS_PER_COMMIT };
}

/** In most worlds a few entries are a large group, and a snapshot of them takes several commits. */
export function planPacking(random: SeededRandom): Packing {
  if (!random.chance(0.7)) return PACKING;
  return {
    fromEntries: random.pick([1, 2, 4]),
    segmentEntries: random.pick([1, 2, 3]),
    entriesPerCommit: random.pick([1, 2, 100]),
    chainShare: 0.25,
  };
}
