import { addHash, subtractHash } from './hash.ts';
import type { Heap } from './heap.ts';
import type { PaneGroup, PartitionState, WindowTimer } from './partition-state.ts';
import type { Counters, Floor } from '../partition-log/entry.ts';
import type { Offset } from '../record.ts';

/**
 * What a step decided, apart from the state that it read (PL-6): new and changed panes, and windows that closed.
 * Encoded it is the log entry's delta; applied it is the next state.
 */
export interface StateChange {
  readonly reached: Offset;
  readonly watermarkMs: number;
  readonly counters: Counters;
  readonly lastArrivalMs: number;
  readonly floors: readonly Floor[];
  /** Changed panes by window and key. */
  readonly panes: ReadonlyMap<number, PaneGroup>;
  /** Windows whose panes are gone. Never in `panes` too. */
  readonly closed: readonly number[];
  readonly timers: Heap<WindowTimer> | undefined;
}

/** The hash of the state after `change`: every pane in `change.panes` must carry its own hash already. */
export function hashAfter(state: PartitionState, change: Pick<StateChange, 'panes' | 'closed'>): number {
  let hash = state.stateHash;
  for (const startMs of change.closed) {
    for (const pane of state.groups.get(startMs)?.values() ?? []) hash = subtractHash(hash, pane.hash);
  }
  for (const [startMs, group] of change.panes) {
    const before = state.groups.get(startMs);
    for (const [key, pane] of group) {
      const old = before?.get(key);
      if (old !== undefined) hash = subtractHash(hash, old.hash);
      hash = addHash(hash, pane.hash);
    }
  }
  return hash;
}

/** Makes `change` part of `state`. Called after the commit was acknowledged, and when the log is read (PL-6). */
export function applyChange(state: PartitionState, change: StateChange): void {
  state.stateHash = hashAfter(state, change);
  for (const startMs of change.closed) state.groups.delete(startMs);
  for (const [startMs, group] of change.panes) {
    const known = state.groups.get(startMs);
    if (known === undefined) state.groups.set(startMs, group);
    else for (const [key, pane] of group) known.set(key, pane);
  }
  state.reached = change.reached;
  state.watermarkMs = change.watermarkMs;
  state.counters = change.counters;
  state.lastArrivalMs = change.lastArrivalMs;
  state.floors = change.floors;
  state.timers = change.timers;
}
