import { TidemarkError } from '../errors.ts';
import { addHash } from '../state/hash.ts';
import { PackedEntries } from '../state/packed/packed-entries.ts';
import { emptyState, type PartitionState } from '../state/partition-state.ts';
import { NO_COUNTERS, NO_PROGRESS, type Progress } from '../state/progress.ts';
import { applyChange } from '../state/state-change.ts';
import { currentForm, decodeIn, type StateForm } from '../state/state-form.ts';
import type { Table, TableSpec } from '../state/table.ts';
import type { Floor } from '../time/floors.ts';
import type { Topology } from '../topology.ts';
import { packedGroups } from './packed-groups.ts';
import type { PackedSnapshot, SnapshotHeader } from './snapshot.ts';

/**
 * @param chain the snapshots that it stands on, the whole one first, and the snapshot itself
 * @param form the one that the header names
 * @param key of the snapshot
 * @throws SNAPSHOT_DAMAGED (internal) when the state does not have the hash that the header promises
 */
export function restoreSnapshot(
  chain: readonly PackedSnapshot[],
  topology: Topology,
  form: StateForm,
  key?: string,
): PartitionState {
  const { header, body } = chain.at(-1) as PackedSnapshot;
  const state = emptyState(topology);
  const { reached, resumeAt, floors, counters } = header.progress;
  const progress: Progress = {
    ...NO_PROGRESS,
    ...header.progress,
    counters: { ...NO_COUNTERS, ...counters },
    reached: BigInt(reached),
    resumeAt: resumeAt === undefined || resumeAt === 'end' ? resumeAt : BigInt(resumeAt),
    floors: floors.map(readFloor),
  };
  applyChange(state, { ...progress, tables: decodeIn(form, topology, body), timers: [] });
  adoptPacked(state, chain, topology, form, key);
  if (state.stateHash !== header.stateHash) {
    throw new TidemarkError(
      'internal',
      'SNAPSHOT_DAMAGED',
      `snapshot ${header.version} of ${header.logId} must have state hash ${header.stateHash}, got ${state.stateHash}; restore the object from a backup`,
    );
  }
  return state;
}

/** In the form that runs they stay as they are; in an older one each is read. */
function adoptPacked(
  state: PartitionState,
  chain: readonly PackedSnapshot[],
  topology: Topology,
  form: StateForm,
  key: string | undefined,
): void {
  const isCurrent = form.fingerprint === currentForm(topology).fingerprint;
  for (const { table, group, segments } of packedGroups(chain)) {
    const spec = form.specs[table] as TableSpec;
    const packed = PackedEntries.load(spec, group, segments, key);
    const place = form.places[table] as number;
    (state.tables[place] as Table).adopt(group, isCurrent ? packed : new Map(packed));
    state.stateHash = addHash(state.stateHash, packed.stateHash);
  }
}

function readFloor({ fromHash, toHash, watermarkMs }: SnapshotHeader['progress']['floors'][number]): Floor {
  return { fromHash: BigInt(fromHash), toHash: BigInt(toHash), watermarkMs };
}
