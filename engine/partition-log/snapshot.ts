import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { compress, decompress } from '../codec/compression.ts';
import type { Topology } from '../topology.ts';
import { TidemarkError } from '../errors.ts';
import { encodeChanges } from '../state/delta-codec.ts';
import { emptyState, type PartitionState } from '../state/partition-state.ts';
import { applyChange } from '../state/state-change.ts';
import { currentForm, decodeIn, type StateForm } from '../state/state-form.ts';
import { NO_COUNTERS, NO_PROGRESS, progressOf, type Progress } from '../state/progress.ts';
import type { Floor } from '../time/floors.ts';

/** The whole state of a partition after one version of its log. */
export interface SnapshotHeader {
  readonly logId: string;
  readonly version: number;
  readonly commitId: string;
  /** Of the form that the state is in (PL-30). */
  readonly fingerprint: string;
  /** Offsets and hashes as decimal text. */
  readonly progress: Omit<Progress, 'reached' | 'resumeAt' | 'floors'> & {
    readonly reached: string;
    readonly resumeAt?: string | undefined;
    readonly floors: ReadonlyArray<{
      readonly fromHash: string;
      readonly toHash: string;
      readonly watermarkMs: number;
    }>;
  };
  readonly stateHash: number;
}

export function encodeSnapshot(
  header: Pick<SnapshotHeader, 'logId' | 'version' | 'commitId'>,
  state: PartitionState,
  topology: Topology,
): Uint8Array {
  const { fingerprint } = currentForm(topology);
  const floors = state.floors.map((floor) => ({
    ...floor,
    fromHash: String(floor.fromHash),
    toHash: String(floor.toHash),
  }));
  const resumeAt = state.resumeAt === undefined ? undefined : String(state.resumeAt);
  const progress = { ...progressOf(state), reached: String(state.reached), resumeAt, floors };
  const full: SnapshotHeader = { ...header, fingerprint, progress, stateHash: state.stateHash };
  const writer = new ByteWriter();
  writer.string(JSON.stringify(full));
  writer.raw(
    encodeChanges(
      state.tables.map(({ groups }) => ({ dropped: new Set(), puts: groups })),
      topology.tables,
    ),
  );
  return compress(writer.finish());
}

/** A snapshot of which the state is still bytes. */
export interface PackedSnapshot {
  readonly header: SnapshotHeader;
  readonly body: Uint8Array;
}

export function unpackSnapshot(bytes: Uint8Array): PackedSnapshot {
  const reader = new ByteReader(decompress(bytes));
  const header = JSON.parse(reader.string()) as SnapshotHeader;
  return { header, body: reader.rest() };
}

/**
 * @param form the one that the header names
 * @throws SNAPSHOT_DAMAGED (internal) when the state does not have the hash that the header promises
 */
export function restoreSnapshot({ header, body }: PackedSnapshot, topology: Topology, form: StateForm): PartitionState {
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
  if (state.stateHash !== header.stateHash) {
    throw new TidemarkError(
      'internal',
      'SNAPSHOT_DAMAGED',
      `snapshot ${header.version} of ${header.logId} must have state hash ${header.stateHash}, got ${state.stateHash}; restore the object from a backup`,
    );
  }
  return state;
}

function readFloor({ fromHash, toHash, watermarkMs }: SnapshotHeader['progress']['floors'][number]): Floor {
  return { fromHash: BigInt(fromHash), toHash: BigInt(toHash), watermarkMs };
}
