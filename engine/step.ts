/**
 * One batch, as a pure function: reads the state, decides what changes and what goes out, touches neither (PL-6). Every
 * decision is made record by record, so that it does not matter how records are cut into batches (PL-12). A record is taken
 * whole or not at all: one that fails half way leaves nothing behind and moves no clock, whatever its arrival says; one
 * that is late leaves nothing behind but its arrival.
 */
import { decodeRecord, type Decoded } from './decode.ts';
import type { Topology } from './topology.ts';
import { isKind, messageOf, oneLine, TidemarkError } from './errors.ts';
import { EMPTY_OUTBOX, type DeadLetter, type LateRecord, type Outbox } from './outputs.ts';
import type { Progress } from './state/progress.ts';
import type { Row } from './exchange/row.ts';
import type { Due } from './partition-log/entry.ts';
import { countOf, sharesOffset, type SourceRecord } from './record.ts';
import { digestOf } from './record-digest.ts';
import { Run, UNBOUNDED } from './run.ts';
import type { PartitionState } from './state/partition-state.ts';
import { noChange, type StateChange } from './state/state-change.ts';
import { remainingFloors, watermarkOf } from './time/floors.ts';
import { behind } from './time/timer-clocks.ts';
import { NO_WATERMARK } from './time/watermark.ts';
import type { Watch } from './user-code/watch.ts';

export interface StepResult {
  readonly change: StateChange;
  readonly outbox: Outbox;
  /** What it sends through the exchange; undefined: nothing. */
  readonly sent?: readonly Row[];
  /** When time alone has something to do after it; undefined: it is not known, for the step changes no timer. */
  readonly due?: Due;
  /** A tick has found the partition drained, and quiet for longer than the idle timeout. @default false */
  readonly isIdle?: boolean;
}

/** What a step made of the records that it took. */
export interface RecordsStep extends StepResult {
  /** How many it took, from the first on: fewer than it was given when their outbox had become large. */
  readonly taken: number;
}

/**
 * @param records one partition's, ascending, none at or below `state.reached` (PL-13)
 * @param bounds past which the rest is left to the next step: of the records, and of what the last one taken made due
 * @param watch sees the code of the pipeline that runs, and refuses what did not end before
 */
export function step(
  topology: Topology,
  state: PartitionState,
  records: readonly SourceRecord[],
  bounds = UNBOUNDED,
  watch?: Watch,
): RecordsStep {
  const run = new Run(topology, state, bounds, watch);
  const lateRecords: LateRecord[] = [];
  let deadRecords = 0;
  let taken = 0;
  /** What they stand for: ends of entries are no records, and a row may be several. */
  let recordsIn = 0;
  let { watermarkMs, lastArrivalMs } = state;
  let goesOn = run.resume();
  const [mark, arrived] = [run.mark(), run.mark()];

  for (let i = 0; i < records.length; i++) {
    const record = records[i] as SourceRecord;
    // All places of an offset belong to one commit.
    const isPlaceOfLast = sharesOffset(record, records[i - 1]);
    if (!goesOn || (run.isFull && !isPlaceOfLast)) break;
    run.comeTo(i);
    run.mark(mark);
    try {
      run.beginRecord();
      const decoded = decodedOf(topology, record, Math.max(run.processingTimeMs, record.arrivalTimeMs));
      run.endRecord();
      // What fires before the record may be more than one commit takes: then the record waits. A further place of its offset cannot.
      if (!run.advanceProcessing(record.arrivalTimeMs, isPlaceOfLast)) break;
      run.mark(arrived);
      run.beginRecord();
      const lateKey = record.arrival?.kind === 'end' ? undefined : lateKeyOf(run, topology, record, decoded);
      run.endRecord();
      if (lateKey === undefined) {
        watermarkMs = Math.max(watermarkMs, decoded.watermarkMs);
      } else {
        run.rollBack(arrived);
        const { offset, subSequence, arrivalTimeMs, data } = record;
        lateRecords.push({
          offset,
          subSequence,
          key: lateKey,
          eventTimeMs: decoded.eventTimeMs,
          arrivalTimeMs,
          watermarkMs: Math.max(
            watermarkOf(topology.routingKeyOf(lateKey), watermarkMs, state.floors),
            rowWatermarkOf(record),
          ),
          ...headersOf(record),
          data,
        });
      }
      lastArrivalMs = Math.max(lastArrivalMs, record.receivedTimeMs ?? record.arrivalTimeMs);
    } catch (error) {
      run.rollBack(mark);
      // The text of what was thrown is code of the pipeline too: it belongs to the same unit.
      run.deadLetters.push(deadLetterFor(record, error));
      run.endRecord();
      deadRecords += countOf(record);
    }
    taken++;
    recordsIn += countOf(record);
    run.last = record;
    goesOn = run.advance(watermarkMs, sharesOffset(records[i + 1], record));
  }

  const { counters } = state;
  const last = records[taken - 1];
  const result = finish(run, state, lateRecords, {
    reached: run.reached,
    reachedDigest: last === undefined || last.arrival !== undefined ? state.reachedDigest : digestOf(last),
    lastArrivalMs,
    // The hole that was accepted ends in front of the first record that comes.
    resumeAt: taken === 0 ? state.resumeAt : undefined,
    counters: {
      recordsIn: counters.recordsIn + recordsIn,
      counted: counters.counted + recordsIn - lateRecords.length - deadRecords,
      late: counters.late + lateRecords.length,
      deadLetters: counters.deadLetters + deadRecords,
      results: counters.results + run.results.length,
      lossesAccepted: counters.lossesAccepted,
    },
  });
  return { ...result, taken };
}

/** A version that decides nothing: for what it says besides. */
export function nothingDecided(state: PartitionState): StepResult {
  return { change: noChange(state), outbox: EMPTY_OUTBOX };
}

/** When time alone has something to do at a partition that is in this state. */
export function dueOf(topology: Topology, state: PartitionState): Due {
  return new Run(topology, state, UNBOUNDED).due;
}

/** To where a tick moves the clocks of a partition; undefined leaves a clock as it is. */
export interface TickTarget {
  readonly watermarkMs: number | undefined;
  readonly processingTimeMs: number | undefined;
  /** Of a sender: from this output watermark on a receiver has something to do (PL-37). @default none has */
  readonly receiversDueMs?: number | undefined;
}

/**
 * Time moves on without a record (PL-20): fires and closes what it reaches. Where that is more than one commit takes, the
 * change has a pending move, and the next tick goes on.
 *
 * @returns undefined when nothing is due: then there is nothing to commit
 */
export function stepTick(
  topology: Topology,
  state: PartitionState,
  target: TickTarget,
  bounds = UNBOUNDED,
  watch?: Watch,
): StepResult | undefined {
  const watermarkMs = Math.max(state.watermarkMs, target.watermarkMs ?? state.watermarkMs);
  const processingTimeMs = Math.max(state.processingTimeMs, target.processingTimeMs ?? state.processingTimeMs);
  const run = new Run(topology, state, bounds, watch);
  const isAwaited = behind(watermarkMs, run.delayMs) >= (target.receiversDueMs ?? Number.POSITIVE_INFINITY);
  const isDue = run.isDue(watermarkMs, processingTimeMs) || (isAwaited && watermarkMs > state.watermarkMs);
  if (state.pending === undefined && !isDue) return undefined;
  if (run.resume() && run.advanceProcessing(processingTimeMs)) run.advance(watermarkMs);
  const { reached, reachedDigest, lastArrivalMs, resumeAt } = state;
  const counters = { ...state.counters, results: state.counters.results + run.results.length };
  return finish(run, state, [], { reached, reachedDigest, lastArrivalMs, resumeAt, counters });
}

/** Whether the clock alone has something to do at `nowMs`. */
export function isDueByClock(topology: Topology, state: PartitionState, nowMs: number): boolean {
  return new Run(topology, state).isDue(state.watermarkMs, Math.max(state.processingTimeMs, nowMs));
}

type RecordsProgress = Pick<Progress, 'reached' | 'reachedDigest' | 'lastArrivalMs' | 'resumeAt' | 'counters'>;

function finish(
  run: Run,
  state: PartitionState,
  lateRecords: readonly LateRecord[],
  progress: RecordsProgress,
): StepResult {
  const { results, sideOutputs, deadLetters, tables, timers, sequence, watermarkMs, processingTimeMs, pending } = run;
  // What a pending move has not fired yet still needs them.
  const floors = pending === undefined ? remainingFloors(state.floors, watermarkMs) : state.floors;
  return {
    change: {
      ...progress,
      watermarkMs,
      processingTimeMs,
      pending,
      epochMs: state.epochMs,
      proof: state.proof,
      sequence,
      floors,
      tables,
      timers,
      positions: state.positions,
    },
    outbox: { results, sideOutputs, lateRecords, deadLetters },
    ...(run.sent.length === 0 ? {} : { sent: run.sent }),
    due: run.due,
  };
}

/** Bytes of a source are read; what came through an exchange says all itself. */
function decodedOf(topology: Topology, record: SourceRecord, processingTimeMs: number): Decoded {
  const { arrival, value } = record;
  if (arrival === undefined) return decodeRecord(topology, record, processingTimeMs);
  if (arrival.kind === 'row') return { value, eventTimeMs: arrival.eventTimeMs, watermarkMs: NO_WATERMARK };
  return { value: undefined, eventTimeMs: NO_WATERMARK, watermarkMs: arrival.watermarkMs };
}

function rowWatermarkOf({ arrival }: SourceRecord): number {
  return arrival?.kind === 'row' ? arrival.watermarkMs : NO_WATERMARK;
}

/** Brings all that a record became to the operators. @returns the key of the first part that came too late */
function lateKeyOf(
  run: Run,
  topology: Topology,
  record: SourceRecord,
  { value, eventTimeMs }: Decoded,
): string | undefined {
  const { transform } = topology;
  const partial = record.arrival?.kind === 'row' ? record.arrival.partial : undefined;
  if (partial !== undefined) {
    const key = record.partitionKey;
    if (run.process({ key, value, eventTimeMs, partial }, rowWatermarkOf(record)) === 'late')
      throw partialLate(key, eventTimeMs);
    return undefined;
  }
  if (transform === undefined) {
    const key = topology.keyOf(value, record.partitionKey);
    const side = record.arrival?.kind === 'row' ? record.arrival.side : undefined;
    const element = side === undefined ? { key, value, eventTimeMs } : { key, value, eventTimeMs, side };
    return run.process(element, rowWatermarkOf(record)) === 'late' ? key : undefined;
  }
  let lateKey: string | undefined;
  transform(value, {
    emit: (part) => {
      if (lateKey !== undefined) return;
      const key = topology.keyOf(part, record.partitionKey);
      if (run.process({ key, value: part, eventTimeMs }) === 'late') lateKey = key;
    },
    emitTo: (output, part) => run.emitTo(output, record.partitionKey, eventTimeMs, part),
  });
  return lateKey;
}

/** Its rows were in time at their sender, and no receiver is ahead of that: left out, they could not be told from each other any more. */
function partialLate(key: string, sliceMs: number): TidemarkError {
  const text = `combined rows of ${JSON.stringify(key)} at ${sliceMs} must be in time, got some that are late; report this`;
  return new TidemarkError('internal', 'PARTIAL_LATE', text);
}

/** What cannot be processed becomes a dead letter; a mistake in the pipeline itself or in Tidemark does not. */
function deadLetterFor(record: SourceRecord, error: unknown): DeadLetter {
  const { offset, subSequence, partitionKey, arrivalTimeMs, data } = record;
  const fault =
    error instanceof TidemarkError
      ? error
      : new TidemarkError(
          'data',
          'USER_CODE',
          `pipeline code must not throw, got ${oneLine(messageOf(error))}; correct the pipeline or its schema`,
          { cause: error },
        );
  if (!isKind(fault, 'data')) throw fault;
  return {
    offset,
    subSequence,
    partitionKey,
    arrivalTimeMs,
    code: fault.code,
    reason: fault.message,
    ...headersOf(record),
    data,
  };
}

function headersOf(record: SourceRecord): Pick<DeadLetter, 'headers'> {
  return record.headers === undefined ? {} : { headers: record.headers() };
}
