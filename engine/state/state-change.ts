import { progressOf, type Progress } from './progress.ts';
import { addHash, EMPTY_HASH, subtractHash } from './hash.ts';
import { PackedEntries } from './packed/packed-entries.ts';
import type { PartitionState } from './partition-state.ts';
import type { Entries, Entry, Group, Table } from './table.ts';
import type { TableChange } from './table-view.ts';
import type { OperatorTimers } from './timer.ts';

/**
 * What a step decided, apart from the state that it read (PL-6). Encoded it is the log entry's delta; applied it is the
 * next state.
 */
export interface StateChange extends Progress {
  /** In the order of the topology's tables. */
  readonly tables: readonly TableChange[];
  readonly timers: readonly OperatorTimers[];
}

/** What a commit writes that leaves the state as it is. */
export function noChange(state: PartitionState): StateChange {
  return { ...progressOf(state), tables: [], timers: state.timers };
}

/** The hash of the state after `change`: every entry that it puts must carry its own hash already. */
export function hashAfter(state: PartitionState, { tables }: Pick<StateChange, 'tables'>): number {
  return tables.reduce((hash, change, i) => hashAfterTable(hash, state.tables[i] as Table, change), state.stateHash);
}

function hashAfterTable(before: number, table: Table, { dropped, puts }: TableChange): number {
  let hash = before;
  for (const group of dropped) {
    hash = subtractHash(hash, stateHashOf(table.groups.get(group)));
  }
  for (const [group, entries] of puts) {
    const stored = dropped.has(group) ? undefined : table.groups.get(group);
    for (const [key, entry] of entries) {
      const old = stored instanceof PackedEntries ? stored.hashAt(key) : stored?.get(key)?.hash;
      if (old !== undefined) hash = subtractHash(hash, old);
      if (entry !== undefined) hash = addHash(hash, entry.hash);
    }
  }
  return hash;
}

function stateHashOf(entries: Entries | undefined): number {
  if (entries instanceof PackedEntries) return entries.stateHash;
  let sum = EMPTY_HASH;
  for (const { hash } of entries?.values() ?? []) sum = addHash(sum, hash);
  return sum;
}

/**
 * Makes `change` part of `state`. Called after the commit was acknowledged, and when the log is read (PL-6).
 *
 * @param stateHash where it is known already: what `hashAfter` gives
 */
export function applyChange(state: PartitionState, change: StateChange, stateHash = hashAfter(state, change)): void {
  state.stateHash = stateHash;
  change.tables.forEach((tableChange, i) => applyTable(state.tables[i] as Table, tableChange));
  // It never falls, not by a commit of a release that did not know it either.
  state.epochMs = Math.max(state.epochMs, change.epochMs);
  state.reached = change.reached;
  state.reachedDigest = change.reachedDigest;
  state.watermarkMs = change.watermarkMs;
  state.processingTimeMs = change.processingTimeMs;
  state.lastArrivalMs = change.lastArrivalMs;
  state.counters = change.counters;
  state.sequence = change.sequence;
  state.floors = change.floors;
  state.pending = change.pending;
  state.resumeAt = change.resumeAt;
  state.positions = change.positions;
  state.proof = change.proof;
  state.timers = change.timers;
}

export function applyTable(table: Table, { dropped, puts }: TableChange): void {
  for (const group of dropped) table.drop(group);
  for (const [group, entries] of puts) {
    // A new window comes whole, and so does each one of a snapshot: no need to move every entry.
    if (!table.groups.has(group) && hasNoTombstone(entries)) table.adopt(group, entries as Map<string, Entry>);
    else applyGroup(table, group, entries);
  }
}

function hasNoTombstone(entries: ReadonlyMap<string, Entry | undefined>): boolean {
  for (const entry of entries.values()) if (entry === undefined) return false;
  return true;
}

function applyGroup(table: Table, group: Group, entries: ReadonlyMap<string, Entry | undefined>): void {
  for (const [key, entry] of entries) {
    if (entry === undefined) table.delete(group, key);
    else table.put(group, key, entry);
  }
}
