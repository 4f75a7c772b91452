import { hashOfKey } from '../codec/key-hash.ts';
import type { Topology } from '../dsl/topology.ts';
import { NO_COUNTERS, type Floor } from '../partition-log/entry.ts';
import type { Lineage } from '../ports.ts';
import { BEFORE_FIRST } from '../record.ts';
import { clipFloors } from '../time/floors.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import { emptyState, rebuildTimers, type Pane, type PaneGroup, type PartitionState } from './partition-state.ts';
import type { StateChange } from './state-change.ts';

export interface Parent {
  readonly state: PartitionState;
  readonly range: Pick<Lineage, 'fromHash' | 'toHash'>;
}

/**
 * What a child shard starts from (PL-24, PL-25): its parents' panes whose keys it takes over, and the smallest of their
 * watermarks. Whoever was ahead leaves a floor behind, so that what it had closed stays closed.
 */
export function inheritState(topology: Topology, { fromHash, toHash }: Lineage, parents: readonly Parent[]): StateChange {
  const watermarkMs = parents.length === 0 ? NO_WATERMARK : Math.min(...parents.map(({ state }) => state.watermarkMs));
  const panes = new Map<number, PaneGroup>();
  const floors: Floor[] = [];
  for (const { state, range } of parents) {
    floors.push(...clipFloors([...state.floors, { ...range, watermarkMs: state.watermarkMs }], fromHash, toHash));
    for (const [startMs, group] of state.groups) {
      for (const [key, pane] of group) {
        const hash = hashOfKey(key);
        if (hash >= fromHash && hash <= toHash) put(panes, startMs, key, pane);
      }
    }
  }
  return {
    reached: BEFORE_FIRST,
    watermarkMs,
    counters: NO_COUNTERS,
    lastArrivalMs: Math.max(NO_WATERMARK, ...parents.map(({ state }) => state.lastArrivalMs)),
    floors: floors.filter((floor) => floor.watermarkMs > watermarkMs),
    panes,
    closed: [],
    timers: rebuildTimers({ ...emptyState(), watermarkMs, groups: panes }, topology.window.endOf, topology.allowedLatenessMs),
  };
}

function put(panes: Map<number, PaneGroup>, startMs: number, key: string, pane: Pane): void {
  const group = panes.get(startMs) ?? new Map();
  panes.set(startMs, group);
  group.set(key, { ...pane });
}
