/** Sessions as an operator: one entry per key, and one timer of each clock per key. */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import type { BoundOperator, Clocks, DomainTimer, Element, Operator, OperatorContext, Verdict } from '../operator.ts';
import type { Table, TableSpec } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Timer } from '../state/timer.ts';
import { isClosed, isFired, NO_WATERMARK } from '../time/watermark.ts';
import { countsUnfired, emissionSchema, nextMultiple, type Repeat } from './emission.ts';
import { Panes, type WindowBounds } from './panes.ts';
import { hull, isLateForSessions, mayForget, NO_SESSIONS, overlaps, type KeySessions, type Session } from './sessions.ts';
import type { WindowedAggregation } from './windows.ts';

/** The only group of the table: sessions are found by key. */
const ALL = 0;
const NEVER = Number.POSITIVE_INFINITY;

export function sessionOperator(gapMs: number, aggregation: WindowedAggregation): Operator {
  const { id, allowedLatenessMs, emission } = aggregation;
  const panes = new Panes(aggregation);
  const spec = (order?: readonly number[]): TableSpec => {
    const table: TableSpec<KeySessions> = { name: `${id}/sessions`, routedBy: 'key', groups: 'number', write: (writer, entry) => writeSessions(writer, entry, panes, order), read: (reader) => readSessions(reader, panes, order) };
    return table as TableSpec;
  };
  const schedule = new SessionTimers(gapMs, aggregation);
  return Object.freeze({
    id,
    schema: [`${id}: session(gap=${gapMs})`, `${id} allowedLatenessMs: ${allowedLatenessMs}`, `${id} panes: ${emissionSchema(emission)}`, ...panes.schema],
    tables: [spec()],
    tablesAs: (schema: readonly string[]) => [spec(panes.orderIn(schema))],
    delayMs: emission.finalOnly ? allowedLatenessMs : 0,
    bind: (context: OperatorContext) => new SessionRun(context, gapMs, aggregation, panes, schedule),
    timersOf: ([table]: readonly Table[], clocks: Clocks) =>
      [...((table as Table).groups.get(ALL) ?? [])].flatMap(([key, entry]) => schedule.setAnew(key, entry as KeySessions, clocks)),
  });
}

/** When something is due for a key. */
class SessionTimers {
  readonly #gapMs: number;
  readonly #aggregation: WindowedAggregation;

  constructor(gapMs: number, aggregation: WindowedAggregation) {
    this.#gapMs = gapMs;
    this.#aggregation = aggregation;
  }

  /** As for an entry without timers. */
  setAnew(key: string, entry: KeySessions, clocks: Clocks): DomainTimer[] {
    entry.eventTimerMs = NEVER;
    entry.processingTimerMs = NEVER;
    return this.set(key, entry, clocks);
  }

  /** The timers that the entry needs and does not have; notes them in it. Earlier ones that are set already will do. */
  set(key: string, entry: KeySessions, clocks: Clocks): DomainTimer[] {
    const timers: DomainTimer[] = [];
    const eventMs = this.#eventDue(entry, clocks.watermarkMs);
    if (eventMs < entry.eventTimerMs) {
      entry.eventTimerMs = eventMs;
      timers.push({ domain: 'event', timer: { timeMs: eventMs, startMs: ALL, key, kind: 'due' } });
    }
    const processingMs = this.#processingDue(entry, clocks);
    if (processingMs < entry.processingTimerMs) {
      entry.processingTimerMs = processingMs;
      timers.push({ domain: 'processing', timer: { timeMs: processingMs, startMs: ALL, key, kind: 'due' } });
    }
    return timers;
  }

  #eventDue({ open, closedEndMs }: KeySessions, watermarkMs: number): number {
    const { allowedLatenessMs } = this.#aggregation;
    if (open.length === 0) return closedEndMs + this.#gapMs + allowedLatenessMs;
    return Math.min(...open.map((one) => Math.min(this.#boundaryOf(one), this.#repeatDue(one, 'eventTime', watermarkMs))));
  }

  #boundaryOf({ endMs, isOnTimeDone }: Session): number {
    const { emission, allowedLatenessMs } = this.#aggregation;
    return emission.finalOnly || isOnTimeDone ? endMs + allowedLatenessMs : endMs;
  }

  #processingDue({ open }: KeySessions, { processingTimeMs }: Clocks): number {
    return open.length === 0 ? NEVER : Math.min(...open.map((one) => this.#repeatDue(one, 'processingTime', processingTimeMs)));
  }

  #repeatDue(one: Session, by: 'eventTime' | 'processingTime', nowMs: number): number {
    const repeat = repeatOf(one, this.#aggregation);
    if (repeat?.by !== by || one.pane.unfired === 0) return NEVER;
    // There is no watermark yet: the first one arms the trigger.
    return nowMs === NO_WATERMARK ? NO_WATERMARK + 1 : nextMultiple(nowMs, repeat.everyMs);
  }
}

function repeatOf({ isOnTimeDone }: Session, { emission: { early, late, finalOnly } }: WindowedAggregation): Repeat | undefined {
  if (finalOnly) return undefined;
  return isOnTimeDone ? late : early;
}

class SessionRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #gapMs: number;
  readonly #aggregation: WindowedAggregation;
  readonly #panes: Panes;
  readonly #timers: SessionTimers;
  readonly #table: TableView<KeySessions>;

  constructor(context: OperatorContext, gapMs: number, aggregation: WindowedAggregation, panes: Panes, timers: SessionTimers) {
    this.#context = context;
    this.#gapMs = gapMs;
    this.#aggregation = aggregation;
    this.#panes = panes;
    this.#timers = timers;
    this.#table = context.tables[0] as TableView<KeySessions>;
  }

  process(element: Element): Verdict {
    const { key, eventTimeMs } = element;
    const { allowedLatenessMs } = this.#aggregation;
    const watermarkMs = this.#context.watermarkOf(key);
    const entry = this.#table.get(ALL, key) ?? NO_SESSIONS;
    if (isLateForSessions(eventTimeMs, this.#gapMs, allowedLatenessMs, watermarkMs, entry.closedEndMs)) return 'late';
    const inputs = this.#panes.inputsOf(element);
    const own = { startMs: eventTimeMs, endMs: eventTimeMs + this.#gapMs };
    const joined = entry.open.filter((one) => overlaps(one, own));
    const merged = this.#merge(key, joined, hull([own, ...joined]));
    const grown = this.#afterRecord(key, { ...merged, pane: this.#panes.add(merged.pane, inputs) });
    const others = entry.open.filter((one) => !joined.includes(one));
    this.#put(key, { ...entry, open: [...others, grown].sort((a, b) => a.startMs - b.startMs), hash: 0 });
    return 'accepted';
  }

  /**
   * One session of several. Readers tell results apart by key and bounds: one of other bounds would be counted beside the
   * merged one's, so it is retracted at once, whoever looks next and whichever trigger has fired it.
   */
  #merge(key: string, joined: readonly Session[], bounds: WindowBounds): Session {
    const [only] = joined;
    if (only === undefined) return { ...bounds, pane: this.#panes.empty, isOnTimeDone: false, isVisible: false };
    if (joined.length === 1 && only.startMs === bounds.startMs && only.endMs === bounds.endMs) return only;
    // Of results that are parts, none is wrong because the session has grown.
    const isAdditive = this.#aggregation.emission.accumulation === 'discarding';
    const parts = joined.map((one) => (isAdditive || !one.isVisible ? one.pane : this.#takeBack(key, one)));
    const pane = parts.reduce((a, b) => this.#panes.merge(a, b));
    const revision = Math.max(...parts.map((part) => part.revision));
    return { ...bounds, pane: { ...pane, revision, hash: 0 }, isOnTimeDone: false, isVisible: false };
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
    if (!finalOnly && !one.isOnTimeDone && isFired(one.endMs, this.#context.watermarkOf(key))) return this.#fire(key, { ...one, isOnTimeDone: true });
    const repeat = repeatOf(one, this.#aggregation);
    const isDue = repeat?.by === 'records' && (repeat.n === 1 || one.pane.unfired >= repeat.n);
    return isDue ? this.#fire(key, one) : one;
  }

  #fire(key: string, one: Session): Session {
    return { ...one, pane: this.#panes.fire(this.#context, key, one, one.pane), isVisible: true };
  }

  onTimer({ key, timeMs }: Timer): void {
    const entry = this.#table.get(ALL, key);
    // Set for what the key had once: what it has now has a timer of its own.
    if (entry === undefined || entry.eventTimerMs !== timeMs) return;
    const open: Session[] = [];
    let { closedEndMs } = entry;
    for (const one of entry.open) {
      const kept = this.#onTime(key, one, timeMs);
      if (kept === undefined) closedEndMs = Math.max(closedEndMs, one.endMs);
      else open.push(kept);
    }
    if (open.length === 0 && mayForget(closedEndMs, this.#gapMs, this.#aggregation.allowedLatenessMs, timeMs)) this.#table.delete(ALL, key);
    else this.#put(key, { ...entry, open, closedEndMs, eventTimerMs: NEVER, hash: 0 }, timeMs);
  }

  /** What the watermark does to one session. @returns undefined when it has closed */
  #onTime(key: string, one: Session, timeMs: number): Session | undefined {
    const { allowedLatenessMs, emission } = this.#aggregation;
    let now = one;
    const repeat = repeatOf(now, this.#aggregation);
    if (!this.#isFirstWatermark && repeat?.by === 'eventTime' && timeMs % repeat.everyMs === 0 && now.pane.unfired > 0 && timeMs < (now.isOnTimeDone ? NEVER : now.endMs)) now = this.#try(key, now);
    if (!emission.finalOnly && !now.isOnTimeDone && isFired(now.endMs, timeMs)) now = { ...this.#try(key, now), isOnTimeDone: true };
    if (!isClosed(now.endMs, allowedLatenessMs, timeMs)) return now;
    if (emission.finalOnly || (countsUnfired(emission) && now.pane.unfired > 0)) this.#try(key, now);
    return undefined;
  }

  onProcessingTimer({ key, timeMs }: Timer): void {
    const entry = this.#table.get(ALL, key);
    if (entry === undefined || entry.processingTimerMs !== timeMs) return;
    const open = entry.open.map((one) => {
      const repeat = repeatOf(one, this.#aggregation);
      return repeat?.by === 'processingTime' && timeMs % repeat.everyMs === 0 && one.pane.unfired > 0 ? this.#try(key, one) : one;
    });
    this.#put(key, { ...entry, open, processingTimerMs: NEVER, hash: 0 });
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

  #put(key: string, entry: KeySessions, timerMs = NO_WATERMARK): void {
    this.#table.put(ALL, key, entry);
    const { watermarkMs, targetMs, processingTimeMs } = this.#context;
    const clocks = { watermarkMs: this.#isFirstWatermark ? targetMs : Math.max(timerMs, watermarkMs), processingTimeMs };
    for (const { domain, timer } of this.#timers.set(key, entry, clocks)) this.#context.schedule(domain, timer);
  }
}

function writeSessions(writer: ByteWriter, { open, closedEndMs }: KeySessions, panes: Panes, order: readonly number[] | undefined): void {
  writer.number(closedEndMs === NO_WATERMARK ? undefined : closedEndMs);
  writer.varint(open.length);
  let previousMs = 0;
  for (const { startMs, endMs, isOnTimeDone, isVisible, pane } of open) {
    writer.number(startMs - previousMs);
    writer.varint(endMs - startMs);
    writer.byte((isOnTimeDone ? 1 : 0) + (isVisible ? 2 : 0));
    panes.write(writer, pane, order);
    previousMs = startMs;
  }
}

function readSessions(reader: ByteReader, panes: Panes, order: readonly number[] | undefined): KeySessions {
  const closedEndMs = reader.number() ?? NO_WATERMARK;
  const open: Session[] = [];
  let startMs = 0;
  for (let n = reader.varint(); n > 0; n--) {
    startMs += reader.definedNumber();
    const endMs = startMs + reader.varint();
    const flags = reader.byte();
    open.push({ startMs, endMs, isOnTimeDone: (flags & 1) !== 0, isVisible: (flags & 2) !== 0, pane: panes.read(reader, order) });
  }
  return { open, closedEndMs, eventTimerMs: NEVER, processingTimerMs: NEVER, hash: 0 };
}
