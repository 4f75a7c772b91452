import { NO_PROGRESS, type Counters, type PendingMove, type Progress } from './progress.ts';
import type { Floor } from '../time/floors.ts';
import type { Offset } from '../record.ts';
import { EMPTY_HASH } from './hash.ts';
import { Table, type TableSpec } from './table.ts';
import { NO_TIMERS, type OperatorTimers } from './timer.ts';

/** The operators' tables and timers, as the topology has them. */
export interface StateShape {
  readonly tables: readonly unknown[];
  readonly operators: readonly unknown[];
}

/** All that is known of a partition up to `reached`. Changed by `applyChange` alone, after the commit (PL-6). */
export interface PartitionState extends Progress {
  epochMs: number;
  reached: Offset;
  reachedDigest: number | undefined;
  watermarkMs: number;
  processingTimeMs: number;
  lastArrivalMs: number;
  counters: Counters;
  sequence: number;
  floors: readonly Floor[];
  pending: PendingMove | undefined;
  resumeAt: Progress['resumeAt'];
  positions: Progress['positions'];
  proof: Progress['proof'];
  stateHash: number;
  /** In the order of the topology's tables. */
  readonly tables: readonly Table[];
  /** In the order of the topology's operators. */
  timers: readonly OperatorTimers[];
}

export function emptyState({ tables, operators }: StateShape): PartitionState {
  return {
    ...NO_PROGRESS,
    stateHash: EMPTY_HASH,
    tables: tables.map(() => new Table()),
    timers: operators.map(() => NO_TIMERS),
  };
}

/** How many entries the state has: windows of keys, what process functions keep, remembered ids. */
export function entriesIn(state: PartitionState): number {
  let entries = 0;
  for (const table of state.tables) entries += table.size;
  return entries;
}

/**
 * Keys × windows that are open. Of windows that overlap, the slices that they share; of process functions and
 * deduplication none, for their state is no window.
 */
export function openWindows({ tables }: PartitionState, specs: readonly Pick<TableSpec, 'holdsWindows'>[]): number {
  return tables.reduce((sum, table, i) => sum + (specs[i]?.holdsWindows === true ? table.size : 0), 0);
}
