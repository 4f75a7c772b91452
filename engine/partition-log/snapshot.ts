import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { compress, decompress } from '../codec/compression.ts';
import type { Topology } from '../dsl/topology.ts';
import { TidemarkError } from '../errors.ts';
import { decodeChanges, encodeChanges } from '../state/delta-codec.ts';
import { addHash, EMPTY_HASH } from '../state/hash.ts';
import { rebuildTimers, type PartitionState } from '../state/partition-state.ts';
import type { Counters, Floor } from './entry.ts';

/** The whole state of a partition after one version of its log. */
export interface SnapshotHeader {
  readonly logId: string;
  readonly version: number;
  readonly commitId: string;
  readonly reached: string;
  readonly watermarkMs: number;
  readonly counters: Counters;
  readonly lastArrivalMs: number;
  /** As in LogEntry, hashes as decimal text. */
  readonly floors: readonly { readonly fromHash: string; readonly toHash: string; readonly watermarkMs: number }[];
  readonly stateHash: number;
}

export function encodeSnapshot(header: Pick<SnapshotHeader, 'logId' | 'version' | 'commitId'>, state: PartitionState, topology: Topology): Uint8Array {
  const { watermarkMs, counters, lastArrivalMs, stateHash } = state;
  const floors = state.floors.map((floor) => ({ ...floor, fromHash: String(floor.fromHash), toHash: String(floor.toHash) }));
  const full: SnapshotHeader = { ...header, reached: String(state.reached), watermarkMs, counters, lastArrivalMs, floors, stateHash };
  const writer = new ByteWriter();
  writer.string(JSON.stringify(full));
  writer.raw(encodeChanges({ panes: state.groups, closed: [] }, aggregatesOf(topology)));
  return compress(writer.finish());
}

/** @throws SNAPSHOT_DAMAGED (internal) when the state does not have the hash that the header promises */
export function decodeSnapshot(bytes: Uint8Array, topology: Topology): { header: SnapshotHeader; state: PartitionState } {
  const reader = new ByteReader(decompress(bytes));
  const header = JSON.parse(reader.string()) as SnapshotHeader;
  const groups = new Map(decodeChanges(reader.rest(), aggregatesOf(topology)).panes);
  let stateHash = EMPTY_HASH;
  for (const group of groups.values()) for (const pane of group.values()) stateHash = addHash(stateHash, pane.hash);
  if (stateHash !== header.stateHash) {
    throw new TidemarkError('internal', 'SNAPSHOT_DAMAGED', `snapshot ${header.version} of ${header.logId} must have state hash ${header.stateHash}, got ${stateHash}; restore the object from a backup`);
  }
  const { watermarkMs, counters, lastArrivalMs } = header;
  const state: PartitionState = { reached: BigInt(header.reached), watermarkMs, counters, lastArrivalMs, floors: header.floors.map(readFloor), stateHash, groups, timers: undefined };
  state.timers = rebuildTimers(state, topology.window.endOf, topology.allowedLatenessMs);
  return { header, state };
}

export const aggregatesOf = (topology: Topology) => topology.aggregates.map(({ aggregate }) => aggregate);

function readFloor({ fromHash, toHash, watermarkMs }: SnapshotHeader['floors'][number]): Floor {
  return { fromHash: BigInt(fromHash), toHash: BigInt(toHash), watermarkMs };
}
