import type { SourceRecord } from '../../../engine/record.ts';
import type { Outbox } from '../../../engine/outputs.ts';
import { encodeChanges } from '../../../engine/state/delta-codec.ts';
import { applyChange, type StateChange } from '../../../engine/state/state-change.ts';
import { stepTick, type StepResult, type TickTarget } from '../../../engine/step.ts';
import { decodeSnapshot, Partition } from './state.ts';

/** A partition whose time also moves on without records, and that strangers go on with. */
export class MovingPartition extends Partition {
  readonly outboxes: Outbox[] = [];

  override process(...records: SourceRecord[]): Outbox {
    const outbox = super.process(...records);
    this.outboxes.push(outbox);
    return outbox;
  }

  /** What a tick would do; undefined: nothing is due. */
  tryTick(target: TickTarget): StepResult | undefined {
    return stepTick(this.topology, this.state, target);
  }

  tick({ change, outbox }: StepResult): void {
    this.commit(change);
    this.outboxes.push(outbox);
  }

  commit(change: StateChange): void {
    encodeChanges(change.tables, this.topology.tables);
    applyChange(this.state, change);
  }

  /** Memory is lost: another reads the snapshot. */
  restart(): void {
    Object.assign(this.state, decodeSnapshot(this.bytes(), this.topology).state);
  }
}
