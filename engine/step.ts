/**
 * One batch, as a pure function: reads the state, decides what changes and what goes out, touches neither (PL-6). Every
 * decision is made record by record, so that it does not matter how records are cut into batches (PL-12).
 */
import { decodeRecord } from './decode.ts';
import type { Topology } from './dsl/topology.ts';
import { isKind, messageOf, oneLine, TidemarkError } from './errors.ts';
import type { DeadLetter, LateRecord, Outbox } from './outputs.ts';
import type { SourceRecord } from './record.ts';
import type { PartitionState } from './state/partition-state.ts';
import type { StateChange } from './state/state-change.ts';
import { remainingFloors, watermarkOf } from './time/floors.ts';
import { advanceWatermark } from './time/watermark.ts';
import { WindowStep } from './window/window-step.ts';

export interface StepResult {
  readonly change: StateChange;
  readonly outbox: Outbox;
}

/** @param records one partition's, ascending, none at or below `state.reached` (PL-13) */
export function step<V>(topology: Topology<V>, state: PartitionState, records: readonly SourceRecord[]): StepResult {
  const windows = new WindowStep(topology, state);
  const lateRecords: LateRecord[] = [];
  const deadLetters: DeadLetter[] = [];
  let { watermarkMs } = state;

  for (const record of records) {
    try {
      const decoded = decodeRecord(topology, record);
      const { key, eventTimeMs } = decoded;
      if (windows.add(decoded, watermarkMs)) {
        watermarkMs = advanceWatermark(watermarkMs, eventTimeMs, topology.eventTime.maxOutOfOrdernessMs);
        windows.advance(watermarkMs);
      } else {
        const { offset, subSequence, arrivalTimeMs, data } = record;
        lateRecords.push({ offset, subSequence, key, eventTimeMs, arrivalTimeMs, watermarkMs: watermarkOf(key, watermarkMs, state.floors), data });
      }
    } catch (error) {
      deadLetters.push(deadLetterFor(record, error));
    }
  }

  const { counters } = state;
  const change: StateChange = {
    reached: records.at(-1)?.offset ?? state.reached,
    watermarkMs,
    counters: {
      recordsIn: counters.recordsIn + records.length,
      counted: counters.counted + records.length - lateRecords.length - deadLetters.length,
      late: counters.late + lateRecords.length,
      deadLetters: counters.deadLetters + deadLetters.length,
      results: counters.results + windows.results.length,
    },
    lastArrivalMs: records.reduce((last, { arrivalTimeMs }) => Math.max(last, arrivalTimeMs), state.lastArrivalMs),
    floors: remainingFloors(state.floors, watermarkMs),
    panes: windows.panes,
    closed: windows.closed,
    timers: windows.timers,
  };
  return { change, outbox: { results: windows.results, lateRecords, deadLetters } };
}

/**
 * Time moves on without a record (PL-20): fires and closes what `watermarkMs` reaches.
 *
 * @returns undefined when nothing is due: then there is nothing to commit
 */
export function stepTick(topology: Topology, state: PartitionState, watermarkMs: number): StepResult | undefined {
  if (state.timers === undefined || state.timers.top.timeMs > watermarkMs || watermarkMs <= state.watermarkMs) return undefined;
  const windows = new WindowStep(topology, state);
  windows.advance(watermarkMs);
  const { reached, counters, lastArrivalMs } = state;
  return {
    change: {
      reached,
      watermarkMs,
      counters: { ...counters, results: counters.results + windows.results.length },
      lastArrivalMs,
      floors: remainingFloors(state.floors, watermarkMs),
      panes: windows.panes,
      closed: windows.closed,
      timers: windows.timers,
    },
    outbox: { results: windows.results, lateRecords: [], deadLetters: [] },
  };
}

/** What cannot be processed becomes a dead letter; a mistake in the pipeline itself or in Tidemark does not. */
function deadLetterFor({ offset, subSequence, partitionKey, arrivalTimeMs, data }: SourceRecord, error: unknown): DeadLetter {
  const fault = error instanceof TidemarkError ? error : new TidemarkError('data', 'USER_CODE', `pipeline code must not throw, got ${oneLine(messageOf(error))}; correct the pipeline or its schema`, { cause: error });
  if (!isKind(fault, 'data')) throw fault;
  return { offset, subSequence, partitionKey, arrivalTimeMs, code: fault.code, reason: fault.message, data };
}
