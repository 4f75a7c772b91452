import type { Topology } from '../topology.ts';
import { timerClocksOf } from '../time/timer-clocks.ts';
import { entriesIn, type PartitionState } from './partition-state.ts';
import { withTimer, type OperatorTimers, type Timers } from './timer.ts';

/** Timers follow from what the tables hold, so they are not stored: this finds them again after loading. */
export function timersOf(topology: Pick<Topology, 'operators'>, state: PartitionState): OperatorTimers[] {
  const clocks = timerClocksOf(topology, state);
  let first = 0;
  return topology.operators.map((operator, i) => {
    const tables = state.tables.slice(first, first + operator.tables.length);
    first += operator.tables.length;
    let event: Timers;
    let processing: Timers;
    for (const { domain, timer } of operator.timersOf(tables, clocks[i] as (typeof clocks)[number])) {
      if (domain === 'event') event = withTimer(event, timer);
      else processing = withTimer(processing, timer);
    }
    return { event, processing };
  });
}

/** Below this, stale timers are no burden. */
const FEW_TIMERS = 1_000;

/**
 * Timers that the tables do not call for any more (of a session that has grown, say) stay until they are due, and do
 * nothing then. When they outnumber the others they are left behind.
 */
export function withoutStaleTimers(
  topology: Pick<Topology, 'operators'>,
  state: PartitionState,
): readonly OperatorTimers[] {
  const timers = state.timers.reduce(
    (sum, { event, processing }) => sum + (event?.size ?? 0) + (processing?.size ?? 0),
    0,
  );
  return timers > FEW_TIMERS + 2 * entriesIn(state) ? timersOf(topology, state) : state.timers;
}
