import { ByteWriter } from '../codec/bytes.ts';
import { CODEC_VERSION, CODEC_WITH_CHAIN, CODEC_WITH_SEGMENTS, compress } from '../codec/compression.ts';
import { encodeChanges } from '../state/delta-codec.ts';
import type { Freeze } from '../state/packed/freeze.ts';
import { PackedEntries } from '../state/packed/packed-entries.ts';
import { SEGMENT_ENTRIES } from '../state/packed/run.ts';
import type { Segment } from '../state/packed/segment.ts';
import type { PartitionState } from '../state/partition-state.ts';
import { progressOf } from '../state/progress.ts';
import { currentForm } from '../state/state-form.ts';
import type { Entry, Group, TableSpec } from '../state/table.ts';
import type { Topology } from '../topology.ts';
import { snapshotKeyOf, versionOfKey } from './log-id.ts';
import { inSegments, type PackedGroup, type SegmentSize, type SnapshotHeader } from './snapshot.ts';
import { mayStandOn, NO_CHAIN, type SnapshotChain } from './snapshot-chain.ts';

/** How large groups go into snapshots. */
export interface Packing {
  /** A group of so many entries is packed. */
  readonly fromEntries: number;
  /** About so many are in a segment. */
  readonly segmentEntries: number;
  /** So many are merged by one commit, unless the snapshot would come too late. */
  readonly entriesPerCommit: number;
  /** Snapshots stand on each other until their changes are this share of all entries: what a cold start puts together. */
  readonly chainShare: number;
}

export const PACKING: Packing = Object.freeze({
  fromEntries: 4_096,
  segmentEntries: SEGMENT_ENTRIES,
  entriesPerCommit: 16_384,
  chainShare: 0.1,
});

/** Compressed, with how many entries it has. */
interface SegmentBody {
  readonly entries: number;
  readonly bytes: Uint8Array;
}

interface GroupWriter {
  readonly table: number;
  readonly group: Group;
  readonly freeze: Freeze;
  readonly segments: SegmentBody[];
  readonly deleted: SegmentBody[];
}

/** A snapshot of the state at the moment of its making; large groups are written bit by bit, whatever becomes of the state. */
export class SnapshotWriter {
  readonly key: string;
  readonly version: number;
  /** Keys of the snapshots that it stands on. */
  readonly on: readonly string[];
  readonly #header: SnapshotHeader;
  /** Of all groups that are not packed. */
  readonly #small: Uint8Array;
  readonly #groups: readonly GroupWriter[];

  constructor(
    header: Pick<SnapshotHeader, 'logId' | 'version' | 'commitId'>,
    state: PartitionState,
    topology: Topology,
    packing: Packing = PACKING,
    before: SnapshotChain = NO_CHAIN,
  ) {
    this.version = header.version;
    packLargeGroups(state, topology.tables, packing.fromEntries);
    this.#small = encodeChanges(
      state.tables.map(({ groups }) => ({ dropped: new Set(), puts: plainOnes(groups) })),
      topology.tables,
    );
    const packed = state.tables.flatMap(({ groups }, table) =>
      [...groups].flatMap(([group, entries]) => (entries instanceof PackedEntries ? [{ table, group, entries }] : [])),
    );
    const last = before.keys.at(-1) ?? '';
    const isKnown = packed.some(({ entries }) => entries.isIn(last));
    const sizes = packed.map(({ entries }) => [entries.entriesSince(last), entries.size] as const);
    const [changed, all] = [sumOf(sizes.map(([since]) => since)), sumOf(sizes.map(([, size]) => size))];
    this.on = isKnown && mayStandOn(before, changed, all, packing.chainShare) ? before.keys : [];
    this.#header = { ...header, ...stateHeader(state, topology), ...(this.on.length === 0 ? {} : { on: this.on }) };
    const { logId, version, commitId, fingerprint } = this.#header;
    const [whole] = this.on;
    this.key = snapshotKeyOf(
      logId,
      version,
      commitId,
      fingerprint,
      whole === undefined ? undefined : versionOfKey(whole),
    );
    this.#groups = packed.map(({ table, group, entries }) => {
      const extent = this.on.length > 0 && entries.isIn(last) ? 'change' : 'whole';
      return {
        table,
        group,
        freeze: entries.freeze(packing.segmentEntries, extent, this.key),
        segments: [],
        deleted: [],
      };
    });
  }

  /** What has to be known to read the log from it. */
  get codec(): number {
    if (this.on.length > 0) return CODEC_WITH_CHAIN;
    return this.#groups.length > 0 ? CODEC_WITH_SEGMENTS : CODEC_VERSION;
  }

  /** Entries that are still to be merged, at most. */
  get remaining(): number {
    return sumOf(this.#groups.map(({ freeze }) => freeze.remaining));
  }

  /** Entries and deleted keys in its segments, so far. */
  get entries(): number {
    return sumOf(
      this.#groups.flatMap(({ segments, deleted }) => [...segments, ...deleted]).map(({ entries }) => entries),
    );
  }

  /** Goes on by about so many entries. @returns whether all are written */
  advance(entries: number): boolean {
    let left = entries;
    for (const { freeze, segments, deleted } of this.#groups) {
      while (!freeze.isDone && left > 0) {
        const before = freeze.remaining;
        const run = freeze.advance(left);
        segments.push(...run.puts.map(bodyOf));
        deleted.push(...run.deleted.map(bodyOf));
        left -= before - freeze.remaining;
      }
    }
    return this.remaining === 0;
  }

  /** The bytes of the snapshot, once all of it is written. */
  finish(): Uint8Array {
    if (this.remaining > 0) throw new Error(`a snapshot must be whole, got ${this.remaining} entries to write`);
    if (this.#groups.length === 0) return compress(headed(this.#header, this.#small));
    const packed = this.#groups.map(({ table, group, freeze, segments, deleted }): PackedGroup => ({
      table,
      group,
      segments: segments.map(sizeOf),
      ...(deleted.length === 0 ? {} : { deleted: deleted.map(sizeOf) }),
      ...(freeze.extent === 'change' ? { isChange: true } : {}),
    }));
    return inSegments(
      compress(headed({ ...this.#header, packed }, this.#small)),
      this.#groups.flatMap(({ segments, deleted }) => [...segments, ...deleted].map(({ bytes }) => bytes)),
    );
  }
}

const bodyOf = ({ size, bytes }: Segment): SegmentBody => ({ entries: size, bytes: compress(bytes) });

const sizeOf = ({ entries, bytes }: SegmentBody): SegmentSize => [entries, bytes.length];

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

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
