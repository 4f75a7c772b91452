import type { Topology } from '../../../engine/topology.ts';
import type { Outbox } from '../../../engine/outputs.ts';
import { restoreSnapshot } from '../../../engine/partition-log/restore-snapshot.ts';
import { unpackSnapshot, type SnapshotHeader } from '../../../engine/partition-log/snapshot.ts';
import { encodeSnapshot } from '../../../engine/partition-log/snapshot-writer.ts';
import { timersOf } from '../../../engine/state/rebuild-timers.ts';
import { currentForm } from '../../../engine/state/state-form.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { encodeChanges } from '../../../engine/state/delta-codec.ts';
import { emptyState, type PartitionState } from '../../../engine/state/partition-state.ts';
import { applyChange } from '../../../engine/state/state-change.ts';
import { step } from '../../../engine/step.ts';

/** A partition without a log: steps, and takes every change for committed. */
export class Partition {
  readonly topology: Topology;
  readonly state: PartitionState;

  constructor(topology: Topology) {
    this.topology = topology;
    this.state = emptyState(topology);
  }

  process(...records: SourceRecord[]): Outbox {
    const { change, outbox } = step(this.topology, this.state, records);
    encodeChanges(change.tables, this.topology.tables);
    applyChange(this.state, change);
    return outbox;
  }

  /** Its whole state as bytes. */
  bytes(): Uint8Array {
    return encodeSnapshot({ logId: 'log', version: 1, commitId: 'c' }, this.state, this.topology);
  }
}

/** The state that `Partition.bytes` or a log wrote, with its timers. */
export function decodeSnapshot(
  bytes: Uint8Array,
  topology: Topology,
): { header: SnapshotHeader; state: PartitionState } {
  const packed = unpackSnapshot(bytes);
  const state = restoreSnapshot([packed], topology, currentForm(topology));
  state.timers = timersOf(topology, state);
  return { header: packed.header, state };
}
