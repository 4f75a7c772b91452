import type { ResultRow } from './outputs.ts';
import type { PartialResult } from './exchange/partial-result.ts';
import type { Side } from './join/side.ts';
import type { Table, TableSpec } from './state/table.ts';
import type { TableView } from './state/table-view.ts';
import type { Timer } from './state/timer.ts';

/** A record on its way through the operators: transformed, with its key and its time. */
export interface Element<V = unknown> {
  readonly key: string;
  readonly value: V;
  readonly eventTimeMs: number;
  /** In place of `value`: several rows that an exchange has combined (PL-29). Of windows that can take them. */
  readonly partial?: PartialResult;
  /** Of a row that comes to a join: which of its inputs it is of. */
  readonly side?: Side;
}

/** `late`: no window takes it any more; whatever it did is taken back, and the record goes to the late records. */
export type Verdict = 'accepted' | 'late';

/**
 * A stateful node of the topology: frozen, and the same for all partitions. What it does to one partition's state in one
 * step is done by what `bind` gives.
 */
export interface Operator {
  /** Stable: names its state (PL-30), e.g. `window`. */
  readonly id: string;
  /** What its stored state depends on, a line each (PL-30). */
  readonly schema: readonly string[];
  readonly tables: readonly TableSpec[];
  /** The same tables as an older definition of this operator wrote them; it had a part of what this one has (PL-30). */
  tablesAs(schema: readonly string[]): readonly TableSpec[];
  /** By how much the time of what it emits is behind its watermark [ms]: operators behind it wait so long. */
  readonly delayMs: number;
  bind(context: OperatorContext): BoundOperator;
  /** Every timer that its tables call for. */
  timersOf(tables: readonly Table[], clocks: TimerClocks): readonly DomainTimer[];
}

export interface BoundOperator {
  /** @throws anything that user code throws: the record becomes a dead letter, and nothing has changed */
  process(element: Element): Verdict;
  /** A timer of event time is due: the watermark has reached `timer.timeMs`. Of operators that set some. */
  onTimer?(timer: Timer): void;
  /** A timer of processing time is due. Of operators that set some. */
  onProcessingTimer?(timer: Timer): void;
}

export type TimeDomain = 'event' | 'processing';

export interface DomainTimer {
  readonly domain: TimeDomain;
  readonly timer: Timer;
}

export interface Clocks {
  /** The operator's own: behind the partition's by the delays of the operators before it. */
  readonly watermarkMs: number;
  readonly processingTimeMs: number;
}

/** How far the timers of one clock have fired. The three differ only while a move of time is pending. */
export interface ClockMove {
  readonly fromMs: number;
  readonly firedMs: number;
  readonly targetMs: number;
}

/** The clocks of an operator whose timers are found again in its tables. */
export interface TimerClocks extends Clocks {
  readonly event: ClockMove;
  readonly processing: ClockMove;
}

/** What an operator may do and know during a step. */
export interface OperatorContext extends Clocks {
  readonly tables: readonly TableView[];
  /** The watermark that counts for a key: higher than the operator's where shards were merged (PL-25). */
  watermarkOf(key: string): number;
  /** By which a record of a key is late: that watermark, or the one that a row brought through an exchange (PL-44). */
  lateFrom(key: string): number;
  /** Up to where event time goes in this move: many timers may be due before it. */
  readonly targetMs: number;
  schedule(domain: TimeDomain, timer: Timer): void;
  /** What came in goes on as it is. */
  forward(element: Element): Verdict;
  /** A result: goes to the next operator, or out. */
  emit(row: ResultRow): void;
  /** A value beside the results. */
  emitTo(output: string, key: string, eventTimeMs: number, value: unknown): void;
  /** The next number for results without a window. */
  nextSequence(): number;
  /**
   * Runs what no record is to blame for, such as a firing: when user code throws, its effects are taken back and a dead
   * letter names what it was about.
   */
  attempt(about: Readonly<Record<string, unknown>>, key: string, work: () => void): void;
}
