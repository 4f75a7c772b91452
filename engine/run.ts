/**
 * One step through the chain of operators. Each has its own watermark, behind that of the one before it by that one's
 * delay, so what an operator emits is never late for the next:
 *
 *     record ──► operator 0 ──result──► operator 1 ──result──► out
 *     watermark      w                   w - delay 0
 */
import { inputsOf } from './exchange/combine.ts';
import type { Row } from './exchange/row.ts';
import { outputDelayMs, type Topology } from './topology.ts';
import { isKind, messageOf, oneLine, TidemarkError } from './errors.ts';
import type { Element, TimerClocks, Verdict } from './operator.ts';
import type { DeadLetter, ResultRow, SideOutput } from './outputs.ts';
import type { PendingMove } from './state/progress.ts';
import type { Floor } from './time/floors.ts';
import type { Offset, SourceRecord } from './record.ts';
import type { PartitionState } from './state/partition-state.ts';
import type { Due } from './partition-log/entry.ts';
import { Sided } from './join/side.ts';
import { Journal } from './state/journal.ts';
import { TableView } from './state/table-view.ts';
import type { OperatorTimers } from './state/timer.ts';
import { RunningOperator, type OperatorHost } from './running-operator.ts';
import { behind, timerClocksOf } from './time/timer-clocks.ts';
import { NO_WATERMARK } from './time/watermark.ts';
import type { Watch } from './user-code/watch.ts';
import { checkedExchanged, checkedSideValue } from './value/emitted.ts';

/** Where to go back to when a record fails half way: to the processing time of then, too. */
export interface Mark {
  journal: number;
  /** In the order of the operators. */
  readonly timers: OperatorTimers[];
  processingTimeMs: number;
  sequence: number;
  results: number;
  sideOutputs: number;
  deadLetters: number;
  sent: number;
}

const NO_MARK: Omit<Mark, 'timers'> = Object.freeze({
  journal: 0,
  processingTimeMs: 0,
  sequence: 0,
  results: 0,
  sideOutputs: 0,
  deadLetters: 0,
  sent: 0,
});

/** What one commit takes on: past it no further record is taken, and a move of time goes on in the next commit. */
export interface CommitBounds {
  /** Results, values beside them and dead letters, at least 1. */
  readonly rows: number;
  /** Timers that fire, at least 1. */
  readonly timers: number;
}

export const UNBOUNDED: CommitBounds = Object.freeze({
  rows: Number.POSITIVE_INFINITY,
  timers: Number.POSITIVE_INFINITY,
});

/** Done before now: what this move of time may add to it. */
interface Done {
  readonly rows: number;
  readonly timers: number;
}

const NOTHING: Done = Object.freeze({ rows: 0, timers: 0 });

export class Run implements OperatorHost {
  readonly results: ResultRow[] = [];
  readonly sideOutputs: SideOutput[] = [];
  /** Records that failed, and firings and timers that did, for which no record is to blame, in their order (PL-12). */
  readonly deadLetters: DeadLetter[] = [];
  /** What goes through the exchange, in order. */
  readonly sent: Row[] = [];
  readonly tables: readonly TableView[];
  readonly floors: readonly Floor[];
  readonly topology: Topology;
  readonly journal = new Journal();
  readonly #operators: readonly RunningOperator[];
  /** By how much the time of what leaves the fragment is behind its watermark [ms]. */
  readonly delayMs: number;
  readonly #bounds: CommitBounds;
  readonly #watch: Watch | undefined;
  processingTimeMs: number;
  rowWatermarkMs = NO_WATERMARK;
  sequence: number;
  watermarkMs: number;
  /** The move of time that is under way, and goes on in the next commit when this one has enough. */
  pending: PendingMove | undefined;
  /** Event time before the move whose timers fire. */
  #movingFromMs: number | undefined;
  /** How many timers have fired. */
  timersFired = 0;
  /** The last record that was processed. */
  last: SourceRecord | undefined;
  readonly #reachedBefore: Offset;

  constructor(topology: Topology, state: PartitionState, bounds = UNBOUNDED, watch?: Watch) {
    this.topology = topology;
    this.#bounds = bounds;
    this.#watch = watch;
    this.floors = state.floors;
    this.processingTimeMs = state.processingTimeMs;
    this.sequence = state.sequence;
    this.watermarkMs = state.watermarkMs;
    this.pending = state.pending;
    this.#reachedBefore = state.reached;
    this.tables = state.tables.map((table) => new TableView(table, this.journal));
    let first = 0;
    let lagMs = 0;
    const operators: RunningOperator[] = [];
    const clocks = timerClocksOf(topology, state);
    topology.operators.forEach((operator, i) => {
      const tables = this.tables.slice(first, first + operator.tables.length);
      operators.push(
        new RunningOperator(
          this,
          operator,
          i,
          tables,
          lagMs,
          clocks[i] as TimerClocks,
          state.timers[i] as OperatorTimers,
        ),
      );
      first += operator.tables.length;
      lagMs += operator.delayMs;
    });
    this.#operators = operators;
    this.delayMs = outputDelayMs(topology);
  }

  /** Of the last record that was processed. */
  get reached(): Offset {
    return this.last?.offset ?? this.#reachedBefore;
  }

  /** What has to be delivered or sent so far, late records left out. */
  get rows(): number {
    return this.results.length + this.sideOutputs.length + this.deadLetters.length + this.sent.length;
  }

  /** One commit should not hold more. */
  get isFull(): boolean {
    return this.#isFullSince(NOTHING);
  }

  #isFullSince({ rows, timers }: Done): boolean {
    return this.rows - rows >= this.#bounds.rows || this.timersFired - timers >= this.#bounds.timers;
  }

  get timers(): readonly OperatorTimers[] {
    return this.#operators.map(({ timers }) => timers);
  }

  /** @param rowWatermarkMs of a row that came through an exchange */
  process(element: Element, rowWatermarkMs = NO_WATERMARK): Verdict {
    this.rowWatermarkMs = rowWatermarkMs;
    const verdict = this.processAt(0, element);
    this.rowWatermarkMs = NO_WATERMARK;
    return verdict;
  }

  processAt(index: number, element: Element): Verdict {
    const operator = this.#operators[index];
    if (operator !== undefined) return operator.bound.process(element);
    const { key, eventTimeMs, value } = element;
    this.#send(this.#operators.length === 0 ? key : this.topology.sentKeyOf(value), eventTimeMs, value);
    return 'accepted';
  }

  /**
   * What is sent bears it, so that nothing is late by it that was not so here: this fragment's time less all its delays
   * (PL-34), and while time moves that from before, for what fires is as old as that.
   */
  get outputWatermarkMs(): number {
    return behind(this.#movingFromMs ?? this.watermarkMs, this.delayMs);
  }

  /** When time alone has something to do. */
  get due(): Due {
    const dues = this.#operators.map(({ due }) => due);
    return {
      eventMs: earliest(dues.map(({ eventMs }) => eventMs)),
      processingMs: earliest(dues.map(({ processingMs }) => processingMs)),
    };
  }

  #send(key: string, eventTimeMs: number, value: unknown): void {
    const { outputWatermarkMs: watermarkMs } = this;
    if (value instanceof Sided) {
      this.sent.push({ key, eventTimeMs, watermarkMs, side: value.side, value: checkedExchanged(value.value) });
      return;
    }
    const checked = checkedExchanged(value);
    const row: Row = { key, eventTimeMs, watermarkMs, value: checked };
    const inputs = eventTimeMs < watermarkMs ? undefined : this.#inputsOf(row);
    this.sent.push(inputs === undefined ? row : { key, eventTimeMs, watermarkMs, value: checked, inputs });
  }

  /** @returns undefined: it travels by itself. Where that is because code of the pipeline fails, it fails at the receiver too. */
  #inputsOf(row: Row): readonly unknown[] | undefined {
    const { combines } = this.topology;
    if (combines === undefined) return undefined;
    const depth = this.#watch?.depth ?? 0;
    try {
      this.#watch?.beginPart();
      return inputsOf(combines.combinable, row);
    } catch (error) {
      if (isKind(error, 'internal') || isKind(error, 'invalid')) throw error;
      return undefined;
    } finally {
      this.#watch?.endTo(depth);
    }
  }

  /**
   * Fires what an earlier commit has left of a move of time.
   *
   * @returns false: there is more than this commit takes
   */
  resume(): boolean {
    const { pending } = this;
    if (pending === undefined) return true;
    const turn = this.#operators.findIndex(({ id }) => id === pending.operator);
    if (turn < 0)
      throw new TidemarkError(
        'internal',
        'OPERATOR_UNKNOWN',
        `operator of a pending move must be one of the pipeline, got ${pending.operator}; deploy the definition that wrote it`,
      );
    const isDone = this.#fire(pending, turn, NOTHING);
    this.journal.clear();
    return isDone;
  }

  /**
   * Event time moves to `watermarkMs`: fires and closes what is due, operator by operator. What was done so far stays.
   *
   * @param isWhole all of it belongs to this commit, however much it is
   * @returns false: there is more than this commit takes
   */
  advance(watermarkMs: number, isWhole = false): boolean {
    this.journal.clear();
    if (watermarkMs === this.watermarkMs) return true;
    const fromMs = this.watermarkMs;
    this.watermarkMs = watermarkMs;
    if (!this.isDue(watermarkMs, NO_WATERMARK)) {
      for (const operator of this.#operators) operator.pass(watermarkMs);
      return this.#isDone();
    }
    for (const operator of this.#operators) operator.begin('event', fromMs);
    const isDone = this.#fire({ domain: 'event', fromMs }, 0, isWhole ? undefined : NOTHING);
    this.journal.clear();
    return isDone;
  }

  /** @param since what was done by then does not count: undefined when nothing does */
  #fire({ domain, fromMs }: Pick<PendingMove, 'domain' | 'fromMs'>, first: number, since: Done | undefined): boolean {
    const isEnough = () => {
      if (this.#watch !== undefined)
        this.#watch.firedBefore = since === undefined ? 0 : this.timersFired - since.timers;
      return since !== undefined && this.#isFullSince(since);
    };
    this.#movingFromMs = domain === 'event' ? fromMs : undefined;
    for (const operator of this.#operators.slice(first)) {
      const firedMs =
        domain === 'event'
          ? operator.advance(this.watermarkMs, isEnough)
          : operator.advanceProcessing(this.processingTimeMs, isEnough);
      if (firedMs === undefined) continue;
      this.pending = { domain, fromMs, operator: operator.id, firedMs };
      return false;
    }
    return this.#isDone();
  }

  /** The move of time is over. */
  #isDone(): true {
    this.pending = undefined;
    this.#movingFromMs = undefined;
    return true;
  }

  isDue(watermarkMs: number, processingTimeMs: number): boolean {
    for (const operator of this.#operators) if (operator.isDue(watermarkMs, processingTimeMs)) return true;
    return false;
  }

  /**
   * Processing time moves on. Where it stops follows from this move alone, whatever the commit has done before: a record
   * that is refused takes back the move that its arrival made, and must not take back more or less in another batch (PL-12).
   *
   * @param isWhole all of it belongs to this commit, however much it is
   * @returns false: there is more than one commit takes
   */
  advanceProcessing(nowMs: number, isWhole = false): boolean {
    if (nowMs <= this.processingTimeMs) return true;
    const fromMs = this.processingTimeMs;
    this.processingTimeMs = nowMs;
    if (!this.isDue(NO_WATERMARK, nowMs)) {
      for (const operator of this.#operators) operator.passProcessing(nowMs);
      return this.#isDone();
    }
    for (const operator of this.#operators) operator.begin('processing', fromMs);
    return this.#fire(
      { domain: 'processing', fromMs },
      0,
      isWhole ? undefined : { rows: this.rows, timers: this.timersFired },
    );
  }

  /** A result of operator `from`: as the topology says it is left out, changed, given to the next operator, or checked and goes out, or is sent. */
  emit(from: number, row: ResultRow): void {
    const shaped = this.topology.shape(from, row);
    if (shaped === undefined) return;
    const next = this.#operators[from + 1];
    if (next === undefined) {
      if (this.topology.sendsTo === undefined) this.results.push(this.topology.checked(shaped));
      else this.#sendResult(shaped);
    } else if (shaped.retracted !== true) {
      const { key, windowStartMs, windowEndMs } = row;
      // It is in time by the delays, whatever the row says that made it.
      this.rowWatermarkMs = NO_WATERMARK;
      const verdict = next.bound.process({
        key,
        value: { ...shaped.values, windowStartMs, windowEndMs },
        eventTimeMs: windowEndMs - 1,
      });
      // The delays are there so that this cannot be: were it left out in silence, nobody would know (PL-15).
      if (verdict === 'late')
        throw new TidemarkError(
          'internal',
          'RESULT_LATE',
          `result of window ${windowStartMs}-${windowEndMs} must be in time for the window behind it, got one that is late; report this`,
        );
    }
  }

  /** Final ones only reach an exchange: one that takes another back has nothing to say behind it. */
  #sendResult(row: ResultRow): void {
    if (row.retracted === true) return;
    const value = this.topology.exchanged(row);
    this.#send(this.topology.sentKeyOf(value), row.windowEndMs - 1, value);
  }

  /** @param mark that is needed no more: its memory is used again */
  mark(mark: Mark = { ...NO_MARK, timers: [] }): Mark {
    mark.journal = this.journal.length;
    for (let i = 0; i < this.#operators.length; i++) mark.timers[i] = (this.#operators[i] as RunningOperator).timers;
    mark.processingTimeMs = this.processingTimeMs;
    mark.sequence = this.sequence;
    mark.results = this.results.length;
    mark.sideOutputs = this.sideOutputs.length;
    mark.deadLetters = this.deadLetters.length;
    mark.sent = this.sent.length;
    return mark;
  }

  rollBack(mark: Mark): void {
    this.journal.rollBack(mark.journal);
    this.#operators.forEach((operator, i) => (operator.timers = mark.timers[i] as OperatorTimers));
    this.processingTimeMs = mark.processingTimeMs;
    this.sequence = mark.sequence;
    this.results.length = mark.results;
    this.sideOutputs.length = mark.sideOutputs;
    this.deadLetters.length = mark.deadLetters;
    this.sent.length = mark.sent;
    this.rowWatermarkMs = NO_WATERMARK;
  }

  /** The step goes on with the record at `index`. */
  comeTo(index: number): void {
    if (this.#watch === undefined) return;
    this.#watch.index = index;
    this.#watch.firedBefore = 0;
  }

  /** Code of the pipeline is called for the record, where the watch sees it. @throws USER_CODE_TIMEOUT (data) */
  beginRecord(): void {
    this.#watch?.begin('record');
  }

  /** It has ended, or failed. */
  endRecord(): void {
    this.#watch?.endTo(0);
  }

  attempt(about: Readonly<Record<string, unknown>>, key: string, work: () => void): void {
    const mark = this.mark();
    const depth = this.#watch?.depth ?? 0;
    try {
      this.#watch?.begin('firing', about, key);
      work();
    } catch (error) {
      if (isKind(error, 'internal') || isKind(error, 'invalid')) throw error;
      this.rollBack(mark);
      const { reached, processingTimeMs } = this;
      const data = new TextEncoder().encode(JSON.stringify({ key, ...about }));
      this.deadLetters.push({
        offset: reached,
        subSequence: 0,
        partitionKey: key,
        arrivalTimeMs: processingTimeMs,
        ...failureOf(error),
        data,
      });
    } finally {
      this.#watch?.endTo(depth);
    }
  }

  emitTo(output: string, key: string, eventTimeMs: number, value: unknown): void {
    this.sideOutputs.push({
      output,
      key,
      eventTimeMs,
      sequence: this.sequence++,
      value: checkedSideValue(output, value),
    });
  }
}

function earliest(times: ReadonlyArray<number | undefined>): number | undefined {
  const known = times.filter((timeMs) => timeMs !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** What a firing is stopped for has its own code and text; anything else that it throws is a result that failed. */
const OWN_CODES: ReadonlySet<string> = new Set(['TIMER_LOOP', 'USER_CODE_TIMEOUT']);

function failureOf(error: unknown): Pick<DeadLetter, 'code' | 'reason'> {
  if (error instanceof TidemarkError && OWN_CODES.has(error.code)) return { code: error.code, reason: error.message };
  const reason = `result must be computed without an error, got one: ${oneLine(messageOf(error))}`;
  return { code: 'RESULT_FAILED', reason: `${reason}; correct the pipeline's code` };
}
