import type { Topology } from './topology.ts';
import type {
  BoundOperator,
  Element,
  Operator,
  OperatorContext,
  TimeDomain,
  TimerClocks,
  Verdict,
} from './operator.ts';
import type { ResultRow } from './outputs.ts';
import type { Due } from './partition-log/entry.ts';
import type { Floor } from './time/floors.ts';
import { pop } from './state/heap.ts';
import type { TableView } from './state/table-view.ts';
import { timerBefore, withTimer, type OperatorTimers, type Timer } from './state/timer.ts';
import { watermarkOf } from './time/floors.ts';
import { behind } from './time/timer-clocks.ts';
import { NO_WATERMARK } from './time/watermark.ts';

/** What an operator at work is a part of. */
export interface OperatorHost {
  readonly topology: Pick<Topology, 'routingKeyOf'>;
  readonly floors: readonly Floor[];
  readonly processingTimeMs: number;
  /** Of the row that is being processed; NO_WATERMARK for records of a source, and while time moves. */
  readonly rowWatermarkMs: number;
  /** The next number for results without a window. */
  sequence: number;
  /** How many timers have fired. */
  timersFired: number;
  processAt(index: number, element: Element): Verdict;
  emit(from: number, row: ResultRow): void;
  emitTo(output: string, key: string, eventTimeMs: number, value: unknown): void;
  attempt(about: Readonly<Record<string, unknown>>, key: string, work: () => void): void;
}

/** An operator at work: its timers, its clocks, and what it may do. */
export class RunningOperator implements OperatorContext {
  readonly id: string;
  readonly bound: BoundOperator;
  readonly tables: readonly TableView[];
  watermarkMs: number;
  targetMs: number;
  /** Of either clock: all timers up to here have fired, and some before it may have been set since. */
  readonly #firedMs: Record<TimeDomain, number>;
  readonly #host: OperatorHost;
  readonly #index: number;
  readonly #lagMs: number;
  timers: OperatorTimers;

  constructor(
    host: OperatorHost,
    operator: Operator,
    index: number,
    tables: readonly TableView[],
    lagMs: number,
    clocks: TimerClocks,
    timers: OperatorTimers,
  ) {
    this.id = operator.id;
    this.#host = host;
    this.#index = index;
    this.tables = tables;
    this.#lagMs = lagMs;
    this.watermarkMs = clocks.event.fromMs;
    this.targetMs = this.watermarkMs;
    this.#firedMs = { event: clocks.event.firedMs, processing: clocks.processing.firedMs };
    this.timers = timers;
    this.bound = operator.bind(this);
  }

  /** A move of time begins: nothing of it has fired. */
  begin(domain: TimeDomain, processingFromMs: number): void {
    this.#firedMs[domain] = domain === 'event' ? this.watermarkMs : processingFromMs;
  }

  get processingTimeMs(): number {
    return this.#host.processingTimeMs;
  }

  watermarkOf(key: string): number {
    const { floors, topology } = this.#host;
    if (floors.length === 0) return this.watermarkMs;
    return Math.max(
      this.watermarkMs,
      behind(watermarkOf(topology.routingKeyOf(key), NO_WATERMARK, floors), this.#lagMs),
    );
  }

  lateFrom(key: string): number {
    const { rowWatermarkMs } = this.#host;
    const watermarkMs = this.watermarkOf(key);
    return rowWatermarkMs === NO_WATERMARK ? watermarkMs : Math.max(watermarkMs, behind(rowWatermarkMs, this.#lagMs));
  }

  /** When its next timers are due, by the partition's clocks. */
  get due(): Due {
    const { event, processing } = this.timers;
    const eventMs = event === undefined ? undefined : event.top.timeMs + this.#lagMs;
    return { eventMs, processingMs: processing?.top.timeMs };
  }

  isDue(partitionWatermarkMs: number, nowMs: number): boolean {
    const { event, processing } = this.timers;
    const isEventDue = event !== undefined && event.top.timeMs <= behind(partitionWatermarkMs, this.#lagMs);
    return isEventDue || (processing !== undefined && processing.top.timeMs <= nowMs);
  }

  /** Event time moves, and none of its timers is due. */
  pass(partitionWatermarkMs: number): void {
    this.targetMs = behind(partitionWatermarkMs, this.#lagMs);
    this.watermarkMs = this.targetMs;
    this.#firedMs.event = this.targetMs;
  }

  /** Processing time moves, and none of its timers is due. */
  passProcessing(nowMs: number): void {
    this.#firedMs.processing = nowMs;
  }

  /**
   * Fires what is due, instant by instant: what is set for one that has come already belongs to it.
   *
   * @returns undefined when all has fired; else up to where, because it is enough
   */
  advance(partitionWatermarkMs: number, isEnough: () => boolean): number | undefined {
    this.targetMs = behind(partitionWatermarkMs, this.#lagMs);
    for (let due = this.timers.event; due !== undefined && due.top.timeMs <= this.targetMs; due = this.timers.event) {
      const timer = due.top;
      if (this.#isNextInstant('event', timer, isEnough)) return this.#firedMs.event;
      this.timers = { ...this.timers, event: pop(due, timerBefore) };
      this.#host.timersFired++;
      this.bound.onTimer?.(timer);
    }
    this.pass(partitionWatermarkMs);
    return undefined;
  }

  /** As `advance`. */
  advanceProcessing(nowMs: number, isEnough: () => boolean): number | undefined {
    for (let due = this.timers.processing; due !== undefined && due.top.timeMs <= nowMs; due = this.timers.processing) {
      const timer = due.top;
      if (this.#isNextInstant('processing', timer, isEnough)) return this.#firedMs.processing;
      this.timers = { ...this.timers, processing: pop(due, timerBefore) };
      this.#host.timersFired++;
      this.bound.onProcessingTimer?.(timer);
    }
    this.passProcessing(nowMs);
    return undefined;
  }

  /** @returns true: the timer belongs to a later instant, and what has fired is enough */
  #isNextInstant(domain: TimeDomain, { timeMs }: Timer, isEnough: () => boolean): boolean {
    if (timeMs <= this.#firedMs[domain]) return false;
    if (isEnough()) return true;
    this.#firedMs[domain] = timeMs;
    return false;
  }

  schedule(domain: TimeDomain, timer: Timer): void {
    this.timers = { ...this.timers, [domain]: withTimer(this.timers[domain], timer) };
  }

  forward(element: Element): Verdict {
    return this.#host.processAt(this.#index + 1, element);
  }

  emit(row: ResultRow): void {
    this.#host.emit(this.#index, row);
  }

  emitTo(output: string, key: string, eventTimeMs: number, value: unknown): void {
    this.#host.emitTo(output, key, eventTimeMs, value);
  }

  nextSequence(): number {
    return this.#host.sequence++;
  }

  attempt(about: Readonly<Record<string, unknown>>, key: string, work: () => void): void {
    this.#host.attempt(about, key, work);
  }
}
