/** Sessions as an operator: one entry, and one timer of each clock, per session. */
import type { BoundOperator, Clocks, Element, Operator, OperatorContext, Verdict } from '../operator.ts';
import { numericOrder } from '../state/sorted-keys.ts';
import type { Table, TableSpec } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Timer } from '../state/timer.ts';
import { isFired, NO_WATERMARK } from '../time/watermark.ts';
import { countsUnfired, emissionSchema } from './emission.ts';
import { Panes, type WindowBounds } from './panes.ts';
import { repeatOf, SessionTimers } from './session-timers.ts';
import { sessionsByKey } from './sessions-by-key.ts';
import {
  closesAtMs,
  hull,
  isLateForSessions,
  NEVER,
  overlaps,
  placeOf,
  readSession,
  writeSession,
  type Session,
} from './sessions.ts';
import type { WindowedAggregation } from './windows.ts';

export function sessionOperator(gapMs: number, aggregation: WindowedAggregation): Operator {
  const { id, allowedLatenessMs, emission } = aggregation;
  const panes = new Panes(aggregation);
  const name = `${id}/sessions`;
  // Definitions of earlier releases are without this line.
  const layout = `${id} sessions: an entry each`;
  const spec = (order?: readonly number[]): TableSpec => {
    const table: TableSpec<Session> = {
      name,
      routedBy: 'group',
      groups: 'text',
      holdsWindows: true,
      write: (writer, one) => writeSession(writer, one, panes, order),
      read: (reader, place) => readSession(reader, Number(place), panes, order),
    };
    return table as TableSpec;
  };
  const timers = new SessionTimers(gapMs, aggregation);
  return Object.freeze({
    id,
    schema: [
      `${id}: session(gap=${gapMs})`,
      layout,
      `${id} allowedLatenessMs: ${allowedLatenessMs}`,
      `${id} panes: ${emissionSchema(emission)}`,
      ...panes.schema,
    ],
    tables: [spec()],
    tablesAs: (schema: readonly string[]) => {
      const order = panes.orderIn(schema);
      return [schema.includes(layout) ? spec(order) : sessionsByKey(name, panes, order)];
    },
    // A final result bears the time of its session's end, and comes out when the session closes.
    delayMs: emission.finalOnly ? closesAtMs(0, gapMs, allowedLatenessMs) : 0,
    bind: (context: OperatorContext) => new SessionRun(context, gapMs, aggregation, panes, timers),
    timersOf: ([table]: readonly Table[], clocks: Clocks) =>
      [...(table as Table).groups].flatMap(([key, sessions]) =>
        [...sessions.values()].flatMap((one) => timers.setAnew(key as string, one as Session, clocks)),
      ),
  });
}

class SessionRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #gapMs: number;
  readonly #aggregation: WindowedAggregation;
  readonly #panes: Panes;
  readonly #timers: SessionTimers;
  readonly #table: TableView<Session>;

  constructor(
    context: OperatorContext,
    gapMs: number,
    aggregation: WindowedAggregation,
    panes: Panes,
    timers: SessionTimers,
  ) {
    this.#context = context;
    this.#gapMs = gapMs;
    this.#aggregation = aggregation;
    this.#panes = panes;
    this.#timers = timers;
    this.#table = context.tables[0] as TableView<Session>;
  }

  process(element: Element): Verdict {
    const { key, eventTimeMs } = element;
    const { allowedLatenessMs } = this.#aggregation;
    if (isLateForSessions(eventTimeMs, this.#gapMs, allowedLatenessMs, this.#context.lateFrom(key))) return 'late';
    const inputs = this.#panes.inputsOf(element);
    const own = { startMs: eventTimeMs, endMs: eventTimeMs + this.#gapMs };
    const joined = this.#overlapping(key, own);
    const merged = this.#merge(key, joined, hull([own, ...joined]));
    const grown = this.#afterRecord(key, { ...merged, pane: this.#panes.add(merged.pane, inputs) });
    for (const one of joined) if (one.startMs !== grown.startMs) this.#table.delete(key, placeOf(one));
    this.#put(key, grown);
    return 'accepted';
  }

  /** Ascending. Two at most, as each lasts a gap at least: the one that the record falls into, and the next. */
  #overlapping(key: string, own: WindowBounds): Session[] {
    const found: Session[] = [];
    const from = this.#table.floor(key, numericOrder, placeOf(own)) ?? placeOf(own);
    this.#table.visit(
      key,
      numericOrder,
      (_, one) => {
        if (overlaps(one, own)) found.push(one);
      },
      from,
      String(own.endMs),
    );
    return found;
  }

  /**
   * One session of several. Readers tell results apart by key and bounds: one of other bounds would be counted beside the
   * merged one's, so it is retracted at once, whoever looks next and whichever trigger has fired it.
   */
  #merge(key: string, joined: readonly Session[], bounds: WindowBounds): Session {
    const [first] = joined;
    const begun = {
      ...bounds,
      isOnTimeDone: false,
      isVisible: false,
      eventTimerMs: NEVER,
      processingTimerMs: NEVER,
      hash: 0,
    };
    if (first === undefined) return { ...begun, pane: this.#panes.empty };
    if (joined.length === 1 && first.startMs === bounds.startMs && first.endMs === bounds.endMs) return first;
    // Of results that are parts, none is wrong because the session has grown.
    const isAdditive = this.#aggregation.emission.accumulation === 'discarding';
    const parts = joined.map((one) => (isAdditive || !one.isVisible ? one.pane : this.#takeBack(key, one)));
    const pane = parts.reduce((a, b) => this.#panes.merge(a, b));
    const revision = Math.max(...parts.map((part) => part.revision));
    // Timers are found by the session's start: those of one that begins elsewhere now are idle.
    const { eventTimerMs, processingTimerMs } = first.startMs === bounds.startMs ? first : begun;
    return { ...begun, pane: { ...pane, revision, hash: 0 }, eventTimerMs, processingTimerMs };
  }

  #takeBack(key: string, { startMs, endMs, pane }: Session): Session['pane'] {
    if (pane.said !== undefined) return this.#panes.retract(this.#context, key, { startMs, endMs }, pane);
    const revision = pane.revision + 1;
    this.#context.emit({ key, windowStartMs: startMs, windowEndMs: endMs, revision, values: {}, retracted: true });
    return { ...pane, revision, hash: 0 };
  }

  /** Fires when the trigger says so; a session that is past its end already has its first result at once. */
  #afterRecord(key: string, one: Session): Session {
    const { finalOnly } = this.#aggregation.emission;
    if (!finalOnly && !one.isOnTimeDone && isFired(one.endMs, this.#context.watermarkOf(key)))
      return this.#fire(key, { ...one, isOnTimeDone: true });
    const repeat = repeatOf(one, this.#aggregation);
    const isDue = repeat?.by === 'records' && (repeat.n === 1 || one.pane.unfired >= repeat.n);
    return isDue ? this.#fire(key, one) : one;
  }

  #fire(key: string, one: Session): Session {
    return { ...one, pane: this.#panes.fire(this.#context, key, one, one.pane), isVisible: true };
  }

  onTimer({ key, startMs, timeMs }: Timer): void {
    const one = this.#table.get(key, placeOf({ startMs }));
    // Set for what the session was once: what it is now has a timer of its own.
    if (one === undefined || one.eventTimerMs !== timeMs) return;
    const kept = this.#onTime(key, one, timeMs);
    if (kept === undefined) this.#table.delete(key, placeOf(one));
    else this.#put(key, { ...kept, eventTimerMs: NEVER, hash: 0 }, timeMs);
  }

  /** What the watermark does to a session. @returns undefined when it has closed */
  #onTime(key: string, one: Session, timeMs: number): Session | undefined {
    const { allowedLatenessMs, emission } = this.#aggregation;
    let now = one;
    const repeat = repeatOf(now, this.#aggregation);
    if (
      !this.#isFirstWatermark &&
      repeat?.by === 'eventTime' &&
      timeMs % repeat.everyMs === 0 &&
      now.pane.unfired > 0 &&
      timeMs < (now.isOnTimeDone ? NEVER : now.endMs)
    )
      now = this.#try(key, now);
    if (!emission.finalOnly && !now.isOnTimeDone && isFired(now.endMs, timeMs))
      now = { ...this.#try(key, now), isOnTimeDone: true };
    if (timeMs < closesAtMs(now.endMs, this.#gapMs, allowedLatenessMs)) return now;
    if (emission.finalOnly || (countsUnfired(emission) && now.pane.unfired > 0)) this.#try(key, now);
    return undefined;
  }

  onProcessingTimer({ key, startMs, timeMs }: Timer): void {
    const one = this.#table.get(key, placeOf({ startMs }));
    if (one === undefined || one.processingTimerMs !== timeMs) return;
    const repeat = repeatOf(one, this.#aggregation);
    const isDue = repeat?.by === 'processingTime' && timeMs % repeat.everyMs === 0 && one.pane.unfired > 0;
    this.#put(key, { ...(isDue ? this.#try(key, one) : one), processingTimerMs: NEVER, hash: 0 });
  }

  /** Fires for no record's sake: a failure of user code is nobody's but the result's. */
  #try(key: string, one: Session): Session {
    let fired = one;
    this.#context.attempt({ windowStartMs: one.startMs, windowEndMs: one.endMs }, key, () => {
      fired = this.#fire(key, one);
    });
    return fired;
  }

  /** It only arms the triggers: before it there was no time in which a multiple could have been passed. */
  get #isFirstWatermark(): boolean {
    return this.#context.watermarkMs === NO_WATERMARK;
  }

  #put(key: string, one: Session, timerMs = NO_WATERMARK): void {
    this.#table.put(key, placeOf(one), one);
    const { watermarkMs, targetMs, processingTimeMs } = this.#context;
    const clocks = {
      watermarkMs: this.#isFirstWatermark ? targetMs : Math.max(timerMs, watermarkMs),
      processingTimeMs,
    };
    for (const { domain, timer } of this.#timers.set(key, one, clocks)) this.#context.schedule(domain, timer);
  }
}
