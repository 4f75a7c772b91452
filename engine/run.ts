/**
 * One step through the chain of operators. Each has its own watermark, behind that of the one before it by that one's
 * delay, so what an operator emits is never late for the next:
 *
 *     record ──► operator 0 ──result──► operator 1 ──result──► out
 *     watermark      w                   w - delay 0
 */
import type { Topology } from './dsl/topology.ts';
import { isKind, messageOf, oneLine, TidemarkError } from './errors.ts';
import type { BoundOperator, Clocks, Element, Operator, OperatorContext, TimeDomain, Verdict } from './operator.ts';
import type { DeadLetter, ResultRow, SideOutput } from './outputs.ts';
import type { Floor } from './partition-log/entry.ts';
import type { Offset } from './record.ts';
import { pop } from './state/heap.ts';
import type { PartitionState } from './state/partition-state.ts';
import { TableView, type Journal } from './state/table-view.ts';
import { timerBefore, withTimer, type OperatorTimers, type Timer, type Timers } from './state/timer.ts';
import { watermarkOf } from './time/floors.ts';
import { checkedSideValue, RowCheck } from './value/emitted.ts';
import { NO_WATERMARK } from './time/watermark.ts';

/** Where to go back to when a record fails half way: to the processing time of then, too. */
export interface Mark {
  readonly journal: number;
  readonly timers: readonly OperatorTimers[];
  readonly processingTimeMs: number;
  readonly sequence: number;
  readonly results: number;
  readonly sideOutputs: number;
  readonly deadLetters: number;
}

export class Run {
  readonly results: ResultRow[] = [];
  readonly sideOutputs: SideOutput[] = [];
  /** Records that failed, and firings and timers that did, for which no record is to blame, in their order (PL-12). */
  readonly deadLetters: DeadLetter[] = [];
  readonly tables: readonly TableView[];
  readonly floors: readonly Floor[];
  readonly topology: Topology;
  readonly journal: Journal = [];
  readonly #operators: readonly RunningOperator[];
  readonly #rowCheck: RowCheck;
  processingTimeMs: number;
  sequence: number;
  #watermarkMs: number;
  /** Of the record that is being processed, or the last one that was. */
  reached: Offset;

  constructor(topology: Topology, state: PartitionState) {
    this.topology = topology;
    this.#rowCheck = new RowCheck(topology.results.columns);
    this.floors = state.floors;
    this.processingTimeMs = state.processingTimeMs;
    this.sequence = state.sequence;
    this.#watermarkMs = state.watermarkMs;
    this.reached = state.reached;
    this.tables = state.tables.map((table) => new TableView(table, this.journal));
    let first = 0;
    let lagMs = 0;
    const operators: RunningOperator[] = [];
    topology.operators.forEach((operator, i) => {
      const tables = this.tables.slice(first, first + operator.tables.length);
      operators.push(new RunningOperator(this, operator, i, tables, lagMs, state));
      first += operator.tables.length;
      lagMs += operator.delayMs;
    });
    this.#operators = operators;
  }

  /** What has to be delivered so far, late records left out. */
  get rows(): number {
    return this.results.length + this.sideOutputs.length;
  }

  get timers(): readonly OperatorTimers[] {
    return this.#operators.map(({ timers }) => timers);
  }

  process(element: Element): Verdict {
    return this.processAt(0, element);
  }

  processAt(index: number, element: Element): Verdict {
    return (this.#operators[index] as RunningOperator).bound.process(element);
  }

  /** Event time moves to `watermarkMs`: fires and closes what is due, operator by operator. What was done so far stays. */
  advance(watermarkMs: number): void {
    this.journal.length = 0;
    if (watermarkMs === this.#watermarkMs) return;
    this.#watermarkMs = watermarkMs;
    for (const operator of this.#operators) operator.advance(watermarkMs);
    this.journal.length = 0;
  }

  isDue(watermarkMs: number, processingTimeMs: number): boolean {
    return this.#operators.some((operator) => operator.isDue(watermarkMs, processingTimeMs));
  }

  /** Processing time moves on. */
  advanceProcessing(nowMs: number): void {
    if (nowMs <= this.processingTimeMs) return;
    this.processingTimeMs = nowMs;
    for (const operator of this.#operators) operator.advanceProcessing(nowMs);
  }

  /** A result of operator `from`: as the topology says it is left out, changed, given to the next operator, or checked and goes out. */
  emit(from: number, row: ResultRow): void {
    const shaped = this.topology.shape(from, row);
    if (shaped === undefined) return;
    const next = this.#operators[from + 1];
    if (next === undefined) {
      this.results.push(this.#rowCheck.checked(shaped));
    } else if (shaped.retracted !== true) {
      const { key, windowStartMs, windowEndMs } = row;
      const verdict = next.bound.process({ key, value: { ...shaped.values, windowStartMs, windowEndMs }, eventTimeMs: windowEndMs - 1 });
      // The delays are there so that this cannot be: were it left out in silence, nobody would know (PL-15).
      if (verdict === 'late') throw new TidemarkError('internal', 'RESULT_LATE', `result of window ${windowStartMs}-${windowEndMs} must be in time for the window behind it, got one that is late; report this`);
    }
  }

  mark(): Mark {
    const { journal, timers, processingTimeMs, sequence, results, sideOutputs, deadLetters } = this;
    return {
      journal: journal.length,
      timers,
      processingTimeMs,
      sequence,
      results: results.length,
      sideOutputs: sideOutputs.length,
      deadLetters: deadLetters.length,
    };
  }

  rollBack(mark: Mark): void {
    while (this.journal.length > mark.journal) this.journal.pop()?.();
    this.#operators.forEach((operator, i) => operator.restore(mark.timers[i] as OperatorTimers));
    this.processingTimeMs = mark.processingTimeMs;
    this.sequence = mark.sequence;
    this.results.length = mark.results;
    this.sideOutputs.length = mark.sideOutputs;
    this.deadLetters.length = mark.deadLetters;
  }

  attempt(about: Readonly<Record<string, unknown>>, key: string, work: () => void): void {
    const mark = this.mark();
    try {
      work();
    } catch (error) {
      if (isKind(error, 'internal') || isKind(error, 'invalid')) throw error;
      this.rollBack(mark);
      const { reached, processingTimeMs } = this;
      const data = new TextEncoder().encode(JSON.stringify({ key, ...about }));
      const reason = `result must be computed without an error, got one: ${oneLine(messageOf(error))}; correct the pipeline's code`;
      this.deadLetters.push({ offset: reached, subSequence: 0, partitionKey: key, arrivalTimeMs: processingTimeMs, code: 'RESULT_FAILED', reason, data });
    }
  }

  emitTo(output: string, key: string, eventTimeMs: number, value: unknown): void {
    this.sideOutputs.push({ output, key, eventTimeMs, sequence: this.sequence++, value: checkedSideValue(output, value) });
  }
}

/** An operator at work: its timers, its clocks, and what it may do. */
class RunningOperator implements OperatorContext {
  readonly bound: BoundOperator;
  readonly tables: readonly TableView[];
  watermarkMs: number;
  targetMs: number;
  readonly #run: Run;
  readonly #index: number;
  readonly #lagMs: number;
  #event: Timers;
  #processing: Timers;

  constructor(run: Run, operator: Operator, index: number, tables: readonly TableView[], lagMs: number, state: PartitionState) {
    this.#run = run;
    this.#index = index;
    this.tables = tables;
    this.#lagMs = lagMs;
    this.watermarkMs = behind(state.watermarkMs, lagMs);
    this.targetMs = this.watermarkMs;
    ({ event: this.#event, processing: this.#processing } = state.timers[index] as OperatorTimers);
    this.bound = operator.bind(this);
  }

  get timers(): OperatorTimers {
    return { event: this.#event, processing: this.#processing };
  }

  restore({ event, processing }: OperatorTimers): void {
    this.#event = event;
    this.#processing = processing;
  }

  get processingTimeMs(): number {
    return this.#run.processingTimeMs;
  }

  watermarkOf(key: string): number {
    const { floors, topology } = this.#run;
    if (floors.length === 0) return this.watermarkMs;
    return Math.max(this.watermarkMs, behind(watermarkOf(topology.routingKeyOf(key), NO_WATERMARK, floors), this.#lagMs));
  }

  isDue(partitionWatermarkMs: number, nowMs: number): boolean {
    const isEventDue = this.#event !== undefined && this.#event.top.timeMs <= behind(partitionWatermarkMs, this.#lagMs);
    return isEventDue || (this.#processing !== undefined && this.#processing.top.timeMs <= nowMs);
  }

  advance(partitionWatermarkMs: number): void {
    this.targetMs = behind(partitionWatermarkMs, this.#lagMs);
    while (this.#event !== undefined && this.#event.top.timeMs <= this.targetMs) {
      const timer = this.#event.top;
      this.#event = pop(this.#event, timerBefore);
      this.bound.onTimer?.(timer);
    }
    this.watermarkMs = this.targetMs;
  }

  advanceProcessing(nowMs: number): void {
    while (this.#processing !== undefined && this.#processing.top.timeMs <= nowMs) {
      const timer = this.#processing.top;
      this.#processing = pop(this.#processing, timerBefore);
      this.bound.onProcessingTimer?.(timer);
    }
  }

  schedule(domain: TimeDomain, timer: Timer): void {
    if (domain === 'event') this.#event = withTimer(this.#event, timer);
    else this.#processing = withTimer(this.#processing, timer);
  }

  forward(element: Element): Verdict {
    return this.#run.processAt(this.#index + 1, element);
  }

  emit(row: ResultRow): void {
    this.#run.emit(this.#index, row);
  }

  emitTo(output: string, key: string, eventTimeMs: number, value: unknown): void {
    this.#run.emitTo(output, key, eventTimeMs, value);
  }

  nextSequence(): number {
    return this.#run.sequence++;
  }

  attempt(about: Readonly<Record<string, unknown>>, key: string, work: () => void): void {
    this.#run.attempt(about, key, work);
  }
}

/** The clock of an operator that waits for others; there is no time before the first record. */
export function behind(watermarkMs: number, lagMs: number): number {
  return watermarkMs === NO_WATERMARK ? NO_WATERMARK : watermarkMs - lagMs;
}

export function clocksOf({ operators }: Pick<Topology, 'operators'>, state: Clocks): Clocks[] {
  let lagMs = 0;
  return operators.map(({ delayMs }) => {
    const clocks = { watermarkMs: behind(state.watermarkMs, lagMs), processingTimeMs: state.processingTimeMs };
    lagMs += delayMs;
    return clocks;
  });
}
