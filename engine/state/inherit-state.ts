import { hashOfKey } from '../codec/key-hash.ts';
import type { Topology } from '../topology.ts';
import { NO_COUNTERS, NO_PROGRESS, NO_PROOF, readUntil } from './progress.ts';
import type { Floor } from '../time/floors.ts';
import type { Lineage } from '../ports.ts';
import { clipFloors } from '../time/floors.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import { emptyState, type PartitionState } from './partition-state.ts';
import { timersOf } from './rebuild-timers.ts';
import { applyTable, type StateChange } from './state-change.ts';
import type { Entry, Group, Table, TableSpec } from './table.ts';
import type { TableChange } from './table-view.ts';

/** Both ends belong to it. */
export type HashRange = Pick<Lineage, 'fromHash' | 'toHash'>;

export interface Parent {
  readonly state: PartitionState;
  /** undefined: not known any more. */
  readonly range: HashRange | undefined;
}

/**
 * What a child shard starts from (PL-24, PL-25): its parents' entries whose keys it takes over, and the smallest of their
 * watermarks. Whoever was ahead leaves a floor behind, so that what it had closed stays closed. Its epoch is the largest
 * of theirs, for it goes on counting their revisions, and no less than its own clock.
 *
 * @param epochMs its own, as if it had no parents
 */
export function inheritState(
  topology: Topology,
  { fromHash, toHash }: Lineage,
  parents: readonly Parent[],
  epochMs: number,
): StateChange {
  const states = parents.map(({ state }) => state);
  const watermarkMs = states.length === 0 ? NO_WATERMARK : Math.min(...states.map((state) => state.watermarkMs));
  const floors: Floor[] = [];
  for (const { state, range } of parents) {
    const { watermarkMs: closedMs } = state;
    const others = states.filter((other) => other !== state);
    const had =
      range === undefined
        ? without(
            { fromHash, toHash },
            others.flatMap((other) => hashesOf(topology, other)),
          )
        : [range];
    const own = had.map((part) => ({ ...part, watermarkMs: closedMs }));
    floors.push(...clipFloors([...state.floors, ...own], fromHash, toHash));
  }
  const isMine = (key: string): boolean => {
    const hash = hashOfKey(topology.routingKeyOf(key));
    return hash >= fromHash && hash <= toHash;
  };
  const progress = {
    ...NO_PROGRESS,
    epochMs: Math.max(epochMs, ...states.map((state) => state.epochMs)),
    watermarkMs,
    processingTimeMs: Math.max(NO_WATERMARK, ...states.map((state) => state.processingTimeMs)),
    lastArrivalMs: Math.max(NO_WATERMARK, ...states.map((state) => state.lastArrivalMs)),
    // The stream has forgotten such a parent: its log is shown no more.
    counters: { ...NO_COUNTERS, lossesAccepted: states.filter(({ resumeAt }) => resumeAt === 'end').length },
    proof: states.every(({ proof }) => proof !== undefined)
      ? { ...NO_PROOF, provenMs: Math.min(...states.map(readUntil)) }
      : undefined,
    sequence: Math.max(0, ...states.map(({ sequence }) => sequence)),
    floors: floors.filter((floor) => floor.watermarkMs > watermarkMs),
  };
  const tables = topology.tables.map((spec, i) =>
    inherited(
      spec,
      states.map((state) => state.tables[i] as Table),
      isMine,
    ),
  );
  const inherits = emptyState(topology);
  tables.forEach((change, i) => applyTable(inherits.tables[i] as Table, change));
  return { ...progress, tables, timers: timersOf(topology, { ...inherits, ...progress }) };
}

/** The hashes of all keys of which a state has an entry, of tables that are parted by key. */
function hashesOf(topology: Topology, { tables }: PartitionState): bigint[] {
  return topology.tables.flatMap(({ routedBy }, i) => {
    if (routedBy === 'all') return [];
    const { groups } = tables[i] as Table;
    const keys = routedBy === 'group' ? groups.keys() : [...groups.values()].flatMap((entries) => [...entries.keys()]);
    return [...new Set(keys as Iterable<string>)].map((key) => hashOfKey(topology.routingKeyOf(key)));
  });
}

/**
 * What is left of a range without the stretch that holds all of `hashes`. A shard whose own range is not known had at most
 * that: none of its closed windows opens again, and no open window of the other one is taken for closed.
 */
function without({ fromHash, toHash }: HashRange, hashes: readonly bigint[]): HashRange[] {
  const lowest = hashes.reduce((least, hash) => (hash < least ? hash : least), toHash + 1n);
  const highest = hashes.reduce((most, hash) => (hash > most ? hash : most), fromHash - 1n);
  const parts = [
    { fromHash, toHash: lowest - 1n },
    { fromHash: highest + 1n, toHash },
  ];
  return hashes.length === 0 ? [{ fromHash, toHash }] : parts.filter((part) => part.fromHash <= part.toHash);
}

function inherited(
  { routedBy, merge }: TableSpec,
  parents: readonly Table[],
  isMine: (key: string) => boolean,
): TableChange {
  const puts = new Map<Group, Map<string, Entry>>();
  for (const { groups } of parents) {
    for (const [group, entries] of groups) {
      if (routedBy === 'group' && !isMine(group as string)) continue;
      for (const [key, entry] of entries) {
        if (routedBy === 'key' && !isMine(key)) continue;
        const taken = puts.get(group) ?? new Map<string, Entry>();
        const other = taken.get(key);
        puts.set(
          group,
          taken.set(key, other === undefined || merge === undefined ? { ...entry } : merge(other, entry)),
        );
      }
    }
  }
  return { dropped: new Set(), puts };
}
