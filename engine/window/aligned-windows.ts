/**
 * Windows that are the same for every key: tumbling, hopping, by the calendar, one for all time. A pane per window and key,
 * a timer per window.
 */
import type {
  BoundOperator,
  Clocks,
  DomainTimer,
  Element,
  Operator,
  OperatorContext,
  TimerClocks,
  Verdict,
} from '../operator.ts';
import type { Table } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Timer } from '../state/timer.ts';
import { isClosed, isFired, NO_WATERMARK } from '../time/watermark.ts';
import { countsUnfired, emissionSchema, nextMultiple, type Emission, type Repeat } from './emission.ts';
import { Panes, paneTable, type Inputs, type Pane } from './panes.ts';
import type { WindowAssigner } from './window-assigner.ts';
import type { WindowedAggregation } from './windows.ts';

export function alignedWindows(assigner: WindowAssigner, aggregation: WindowedAggregation): Operator {
  const { id, allowedLatenessMs, emission } = aggregation;
  const panes = new Panes(aggregation);
  const spec = paneTable(panes, { name: `${id}/panes`, routedBy: 'key', groups: 'number' });
  const plan = new WindowTimers(assigner, allowedLatenessMs, emission);
  return Object.freeze({
    id,
    schema: [
      `${id}: ${assigner.descriptor}`,
      `${id} allowedLatenessMs: ${allowedLatenessMs}`,
      `${id} panes: ${emissionSchema(emission)}`,
      ...panes.schema,
    ],
    tables: [spec(undefined)],
    tablesAs: (schema: readonly string[]) => [spec(schema)],
    delayMs: emission.finalOnly ? allowedLatenessMs : 0,
    bind: (context: OperatorContext) => new AlignedRun(context, assigner, aggregation, panes, plan),
    timersOf: ([table]: readonly Table[], clocks: TimerClocks) =>
      [...(table as Table).groups.keys()].flatMap((startMs) => plan.foundAgain(startMs as number, clocks)),
  });
}

/** Which timers an open window has. */
class WindowTimers {
  readonly #assigner: WindowAssigner;
  readonly #allowedLatenessMs: number;
  readonly #emission: Emission;

  constructor(assigner: WindowAssigner, allowedLatenessMs: number, emission: Emission) {
    this.#assigner = assigner;
    this.#allowedLatenessMs = allowedLatenessMs;
    this.#emission = emission;
  }

  of(startMs: number, clocks: Clocks): DomainTimer[] {
    return [this.boundary(startMs, clocks.watermarkMs), ...this.repeats(startMs, clocks)];
  }

  /**
   * As they are after a reload. A trigger that has had its turn in a move of time looks again after the whole move, so one
   * that is pending has windows of both kinds.
   */
  foundAgain(startMs: number, { event, processing }: TimerClocks): DomainTimer[] {
    const endMs = this.#assigner.endOf(startMs);
    const before = this.repeats(startMs, { watermarkMs: event.fromMs, processingTimeMs: processing.fromMs });
    const hadItsTurn = (each: DomainTimer) =>
      each.timer.timeMs <= (each.domain === 'event' ? event : processing).firedMs;
    const hasEnded = !isFired(endMs, event.fromMs) && isFired(endMs, event.firedMs);
    const isOver = hasEnded || before.some(hadItsTurn);
    const repeats = isOver
      ? this.repeats(startMs, { watermarkMs: event.targetMs, processingTimeMs: processing.targetMs })
      : before;
    return [this.boundary(startMs, event.firedMs), ...repeats];
  }

  /** It fires at its end, and closes when the allowed lateness has passed; with one final result it only closes. */
  boundary(startMs: number, watermarkMs: number): DomainTimer {
    const endMs = this.#assigner.endOf(startMs);
    const timer =
      this.#emission.finalOnly || isFired(endMs, watermarkMs)
        ? { timeMs: endMs + this.#allowedLatenessMs, startMs, key: '', kind: 'close' }
        : { timeMs: endMs, startMs, key: '', kind: 'fire' };
    return { domain: 'event', timer };
  }

  /** The next time that a trigger looks at it. */
  repeats(startMs: number, { watermarkMs, processingTimeMs }: Clocks): DomainTimer[] {
    const repeat = this.repeatOf(startMs, watermarkMs);
    if (repeat === undefined || repeat.by === 'records') return [];
    const domain = repeat.by === 'eventTime' ? 'event' : 'processing';
    const nowMs = domain === 'event' ? watermarkMs : processingTimeMs;
    // There is no watermark yet: the first one decides.
    const timeMs = nowMs === NO_WATERMARK ? NO_WATERMARK + 1 : nextMultiple(nowMs, repeat.everyMs);
    return [{ domain, timer: { timeMs, startMs, key: '', kind: this.phaseOf(startMs, watermarkMs) } }];
  }

  repeatOf(startMs: number, watermarkMs: number): Repeat | undefined {
    return this.#emission.finalOnly ? undefined : this.#emission[this.phaseOf(startMs, watermarkMs)];
  }

  phaseOf(startMs: number, watermarkMs: number): 'early' | 'late' {
    return isFired(this.#assigner.endOf(startMs), watermarkMs) ? 'late' : 'early';
  }
}

class AlignedRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #assigner: WindowAssigner;
  readonly #allowedLatenessMs: number;
  readonly #emission: Emission;
  readonly #panes: Panes;
  readonly #timers: WindowTimers;
  readonly #table: TableView<Pane>;

  constructor(
    context: OperatorContext,
    assigner: WindowAssigner,
    { allowedLatenessMs, emission }: WindowedAggregation,
    panes: Panes,
    timers: WindowTimers,
  ) {
    this.#context = context;
    this.#assigner = assigner;
    this.#allowedLatenessMs = allowedLatenessMs;
    this.#emission = emission;
    this.#panes = panes;
    this.#timers = timers;
    this.#table = context.tables[0] as TableView<Pane>;
  }

  process(element: Element): Verdict {
    const { key, eventTimeMs } = element;
    const watermarkMs = this.#context.watermarkOf(key);
    const lateFromMs = this.#context.lateFrom(key);
    let inputs: Inputs | undefined;
    for (const startMs of this.#assigner.windowStarts(eventTimeMs)) {
      const endMs = this.#assigner.endOf(startMs);
      if (isClosed(endMs, this.#allowedLatenessMs, lateFromMs)) continue;
      inputs ??= this.#panes.inputsOf(element);
      if (this.#table.isNew(startMs)) this.#schedule(this.#timers.of(startMs, this.#context));
      const pane = this.#panes.add(this.#table.get(startMs, key) ?? this.#panes.empty, inputs);
      const repeat = this.#timers.repeatOf(startMs, watermarkMs);
      const isDue = repeat?.by === 'records' && (repeat.n === 1 || pane.unfired >= repeat.n);
      this.#table.put(startMs, key, isDue ? this.#panes.fire(this.#context, key, { startMs, endMs }, pane) : pane);
    }
    return inputs === undefined ? 'late' : 'accepted';
  }

  onTimer(timer: Timer): void {
    if (timer.kind === 'fire') this.#onEnd(timer.startMs);
    else if (timer.kind === 'close') this.#close(timer.startMs);
    else this.#repeat(timer, timer.timeMs);
  }

  onProcessingTimer(timer: Timer): void {
    this.#repeat(timer, this.#context.watermarkMs);
  }

  #onEnd(startMs: number): void {
    const endMs = this.#assigner.endOf(startMs);
    // A key that was ahead before a merge has had this firing already (PL-25).
    this.#fireEach(startMs, (_pane, key) => !isFired(endMs, this.#context.watermarkOf(key)));
    this.#schedule([this.#timers.boundary(startMs, endMs), ...this.#timers.repeats(startMs, this.#clocksAfter())]);
  }

  /** Timers of the early phase may still come after the end: the state does not call for them any more, so they do nothing (PL-12). */
  #repeat({ startMs, timeMs, kind }: Timer, watermarkMs: number): void {
    if (this.#table.isNew(startMs) || kind !== this.#timers.phaseOf(startMs, watermarkMs)) return;
    if (timeMs !== NO_WATERMARK + 1) this.#fireEach(startMs, ({ unfired }) => unfired > 0);
    this.#schedule(this.#timers.repeats(startMs, this.#clocksAfter()));
  }

  /** As they are once this move is over. */
  #clocksAfter(): Clocks {
    return {
      watermarkMs: Math.max(this.#context.targetMs, this.#context.watermarkMs),
      processingTimeMs: this.#context.processingTimeMs,
    };
  }

  #close(startMs: number): void {
    if (this.#emission.finalOnly) this.#fireEach(startMs, () => true);
    else if (countsUnfired(this.#emission)) this.#fireEach(startMs, ({ unfired }) => unfired > 0);
    this.#table.drop(startMs);
  }

  /** Fires panes in the order of their keys. */
  #fireEach(startMs: number, isWanted: (pane: Pane, key: string) => boolean): void {
    const window = { startMs, endMs: this.#assigner.endOf(startMs) };
    for (const key of this.#table.keys(startMs)) {
      const pane = this.#table.get(startMs, key) as Pane;
      if (!isWanted(pane, key)) continue;
      this.#context.attempt({ windowStartMs: startMs, windowEndMs: window.endMs }, key, () =>
        this.#table.put(startMs, key, this.#panes.fire(this.#context, key, window, pane)),
      );
    }
  }

  #schedule(timers: readonly DomainTimer[]): void {
    for (const { domain, timer } of timers) this.#context.schedule(domain, timer);
  }
}
