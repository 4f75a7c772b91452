import { ByteWriter } from '../codec/bytes.ts';
import { compress } from '../codec/compression.ts';
import { encodeChanges } from '../state/delta-codec.ts';
import type { Freeze } from '../state/packed/freeze.ts';
import { PackedEntries } from '../state/packed/packed-entries.ts';
import type { PartitionState } from '../state/partition-state.ts';
import { progressOf } from '../state/progress.ts';
import { currentForm } from '../state/state-form.ts';
import type { Entry, Group, TableSpec } from '../state/table.ts';
import type { Topology } from '../topology.ts';
import { inSegments, type PackedGroup, type SnapshotHeader } from './snapshot.ts';

/** How large groups go into snapshots. */
export interface Packing {
  /** A group of so many entries is packed. */
  readonly fromEntries: number;
  /** About so many are in a segment. */
  readonly segmentEntries: number;
  /** So many are merged by one commit, unless the snapshot would come too late. */
  readonly entriesPerCommit: number;
}

export const PACKING: Packing = Object.freeze({
  fromEntries: 4_096,
  segmentEntries: 4_096,
  entriesPerCommit: 16_384,
});

interface GroupWriter {
  readonly table: number;
  readonly group: Group;
  readonly freeze: Freeze;
  /** Compressed, with how many entries each has. */
  readonly bodies: Array<{ readonly entries: number; readonly bytes: Uint8Array }>;
}

/** A snapshot of the state at the moment of its making; large groups are written bit by bit, whatever becomes of the state. */
export class SnapshotWriter {
  readonly version: number;
  readonly commitId: string;
  readonly #header: SnapshotHeader;
  /** Of all groups that are not packed. */
  readonly #small: Uint8Array;
  readonly #groups: readonly GroupWriter[];

  constructor(
    header: Pick<SnapshotHeader, 'logId' | 'version' | 'commitId'>,
    state: PartitionState,
    topology: Topology,
    packing: Packing = PACKING,
  ) {
    this.version = header.version;
    this.commitId = header.commitId;
    this.#header = { ...header, ...stateHeader(state, topology) };
    packLargeGroups(state, topology.tables, packing.fromEntries);
    this.#small = encodeChanges(
      state.tables.map(({ groups }) => ({ dropped: new Set(), puts: plainOnes(groups) })),
      topology.tables,
    );
    this.#groups = state.tables.flatMap(({ groups }, table) =>
      [...groups].flatMap(([group, entries]) =>
        entries instanceof PackedEntries
          ? [{ table, group, freeze: entries.freeze(packing.segmentEntries), bodies: [] }]
          : [],
      ),
    );
  }

  /** Of the definition that wrote the state. */
  get fingerprint(): string {
    return this.#header.fingerprint;
  }

  /** Entries that are still to be written, at most. */
  get remaining(): number {
    return this.#groups.reduce((sum, { freeze }) => sum + freeze.remaining, 0);
  }

  /** Writes about so many entries more. @returns whether all are written */
  advance(entries: number): boolean {
    let left = entries;
    for (const { freeze, bodies } of this.#groups) {
      while (!freeze.isDone && left > 0) {
        const before = freeze.remaining;
        for (const { size, bytes } of freeze.advance(left)) bodies.push({ entries: size, bytes: compress(bytes) });
        left -= before - freeze.remaining;
      }
    }
    return this.remaining === 0;
  }

  /** The bytes of the snapshot, once all of it is written. */
  finish(): Uint8Array {
    if (this.remaining > 0) throw new Error(`a snapshot must be whole, got ${this.remaining} entries to write`);
    const written = this.#groups.filter(({ bodies }) => bodies.length > 0);
    if (written.length === 0) return compress(headed(this.#header, this.#small));
    const packed = written.map(({ table, group, bodies }): PackedGroup => ({
      table,
      group,
      segments: bodies.map(({ entries, bytes }) => [entries, bytes.length]),
    }));
    return inSegments(
      compress(headed({ ...this.#header, packed }, this.#small)),
      written.flatMap(({ bodies }) => bodies.map(({ bytes }) => bytes)),
    );
  }
}

/** A whole snapshot at once. */
export function encodeSnapshot(
  header: Pick<SnapshotHeader, 'logId' | 'version' | 'commitId'>,
  state: PartitionState,
  topology: Topology,
  packing: Packing = PACKING,
): Uint8Array {
  const writer = new SnapshotWriter(header, state, topology, packing);
  writer.advance(Infinity);
  return writer.finish();
}

function stateHeader(
  state: PartitionState,
  topology: Topology,
): Pick<SnapshotHeader, 'fingerprint' | 'progress' | 'stateHash'> {
  const { fingerprint } = currentForm(topology);
  const floors = state.floors.map((floor) => ({
    ...floor,
    fromHash: String(floor.fromHash),
    toHash: String(floor.toHash),
  }));
  const resumeAt = state.resumeAt === undefined ? undefined : String(state.resumeAt);
  const progress = { ...progressOf(state), reached: String(state.reached), resumeAt, floors };
  return { fingerprint, progress, stateHash: state.stateHash };
}

function headed(header: SnapshotHeader, tables: Uint8Array): Uint8Array {
  const writer = new ByteWriter();
  writer.string(JSON.stringify(header));
  writer.raw(tables);
  return writer.finish();
}

function packLargeGroups(state: PartitionState, specs: readonly TableSpec[], fromEntries: number): void {
  state.tables.forEach((table, i) => {
    const spec = specs[i] as TableSpec;
    if (spec.isPackable !== true) return;
    for (const [group, entries] of table.groups)
      if (entries instanceof Map && entries.size >= fromEntries)
        table.replace(group, PackedEntries.of(spec, group, entries));
  });
}

function plainOnes(groups: ReadonlyMap<Group, unknown>): Map<Group, Map<string, Entry>> {
  return new Map([...groups].filter((one): one is [Group, Map<string, Entry>] => one[1] instanceof Map));
}
