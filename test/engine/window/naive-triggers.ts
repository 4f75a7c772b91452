/**
 * What triggers and accumulation must give, the slow and obvious way: windows are computed anew from all accepted records
 * at each move of time, and of each is remembered only which records a firing has covered. Shares no code with the engine.
 */
import { windowsOf, type Event, type Kind } from './naive.ts';

export type Repetition =
  | { readonly by: 'records'; readonly n: number }
  | { readonly by: 'eventTime' | 'processingTime'; readonly everyMs: number };

export interface TriggerRules {
  readonly windows: Kind | { readonly kind: 'global' };
  readonly maxOutOfOrdernessMs: number;
  /** Only some records say what the watermark is: those whose value is a multiple of 3. */
  readonly isCarried: boolean;
  readonly allowedLatenessMs: number;
  readonly early: Repetition | undefined;
  readonly late: Repetition;
  readonly accumulation: 'accumulating' | 'discarding' | 'retracting';
  readonly finalOnly: boolean;
}

/** A record with its arrival, or time that moves on without one. */
export type Move =
  | { readonly event: Event; readonly arrivalMs: number }
  | { readonly watermarkMs: number | undefined; readonly processingMs: number | undefined };

export interface Said {
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly retracted: boolean;
  /** Ascending; undefined: a tombstone that does not repeat what it takes back. */
  readonly values: readonly number[] | undefined;
}

/** A window as it is now, with the numbers of its records. */
interface Now {
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly records: readonly number[];
}

const MOST_MS = 8_640_000_000_000_000;

export function naiveTriggers(rules: TriggerRules, moves: readonly Move[]): { rows: Said[]; late: number[] } {
  const { windows, early, late, accumulation, finalOnly, allowedLatenessMs } = rules;
  const isSession = windows.kind === 'session';
  const rows: Said[] = [];
  const tooLate: number[] = [];
  const accepted = new Map<number, Event>();
  /** Records that a firing has covered: of a window, or of any session of the key. */
  const covered = new Map<string, Set<number>>();
  /** By exact bounds. */
  const onTime = new Set<string>();
  const visible = new Set<string>();
  const lastSaid = new Map<string, readonly number[]>();
  let watermarkMs = Number.NEGATIVE_INFINITY;
  let processingMs = Number.NEGATIVE_INFINITY;

  const id = ({ key, startMs, endMs }: Now) => `${key}/${startMs}/${endMs}`;
  // A session is kept for another gap, so that whatever is not late by itself finds it.
  const keptMs = allowedLatenessMs + (windows.kind === 'session' ? windows.gapMs : 0);
  const isClosed = (endMs: number) => endMs + keptMs <= watermarkMs;
  const sorted = (numbers: readonly number[]) =>
    numbers.map((number) => (accepted.get(number) as Event).value).sort((a, b) => a - b);

  function windowsNow(key: string): Now[] {
    const mine = [...accepted].filter(([, event]) => event.key === key);
    if (mine.length === 0) return [];
    if (windows.kind === 'global')
      return [{ key, startMs: -MOST_MS, endMs: MOST_MS, records: mine.map(([number]) => number) }];
    return windowsOf(
      windows,
      mine.map(([, event]) => event),
    ).map(({ startMs, endMs }) => ({
      key,
      startMs,
      endMs,
      records: mine.filter(([, { timeMs }]) => timeMs >= startMs && timeMs < endMs).map(([number]) => number),
    }));
  }

  const keys = () => [...new Set([...accepted.values()].map(({ key }) => key))];
  const coveredOf = (window: Now): Set<number> => {
    const place = isSession ? window.key : id(window);
    if (!covered.has(place)) covered.set(place, new Set());
    return covered.get(place) as Set<number>;
  };
  const freshOf = (window: Now) => window.records.filter((number) => !coveredOf(window).has(number));
  const isPast = (window: Now) => (isSession ? onTime.has(id(window)) : window.endMs <= watermarkMs);
  const repeatOf = (window: Now): Repetition | undefined => (finalOnly ? undefined : isPast(window) ? late : early);

  function takeBack(window: Now): void {
    const values = lastSaid.get(id(window));
    rows.push({ key: window.key, startMs: window.startMs, endMs: window.endMs, retracted: true, values });
    lastSaid.delete(id(window));
  }

  function fire(window: Now): void {
    if (lastSaid.has(id(window))) takeBack(window);
    const values = sorted(accumulation === 'discarding' ? freshOf(window) : window.records);
    rows.push({ key: window.key, startMs: window.startMs, endMs: window.endMs, retracted: false, values });
    if (accumulation === 'retracting') lastSaid.set(id(window), values);
    for (const number of window.records) coveredOf(window).add(number);
    visible.add(id(window));
  }

  /** A record has changed the bounds of sessions: what they said is retracted, unless it is a part. */
  function supersede(before: readonly Now[], merged: Now): void {
    if (accumulation === 'discarding' || before.some((one) => id(one) === id(merged))) return;
    for (const one of before.filter(
      ({ startMs, endMs }) => startMs >= merged.startMs && endMs <= merged.endMs && !isClosed(endMs),
    )) {
      if (visible.delete(id(one))) takeBack(one);
    }
  }

  function accept(number: number, event: Event): void {
    const { key } = event;
    const before = windowsNow(key);
    const own = windows.kind === 'global' ? [MOST_MS] : windowsOf(windows, [event]).map(({ endMs }) => endMs);
    if (own.every((endMs) => endMs + allowedLatenessMs <= watermarkMs)) {
      tooLate.push(number);
      return;
    }
    accepted.set(number, event);
    for (const window of windowsNow(key).filter(({ records, endMs }) => records.includes(number) && !isClosed(endMs))) {
      if (isSession) supersede(before, window);
      if (isSession && !finalOnly && !onTime.has(id(window)) && window.endMs <= watermarkMs) {
        onTime.add(id(window));
        fire(window);
        continue;
      }
      const repeat = repeatOf(window);
      if (repeat?.by === 'records' && freshOf(window).length >= repeat.n) fire(window);
    }
  }

  /** Whether a clock passes a multiple on its way. Before its first reading there is no way. */
  function passes(everyMs: number, fromMs: number, toMs: number): boolean {
    return Number.isFinite(fromMs) && Math.floor(toMs / everyMs) * everyMs > fromMs;
  }

  function moveWatermark(toMs: number): void {
    const wasMs = watermarkMs;
    if (toMs <= wasMs) return;
    for (const window of keys().flatMap(windowsNow)) {
      if (isClosed(window.endMs)) continue;
      const { endMs } = window;
      const repeat = repeatOf(window);
      const isFresh = () => freshOf(window).length > 0;
      const untilMs = isPast(window) ? toMs : Math.min(toMs, endMs - 1);
      if (repeat?.by === 'eventTime' && passes(repeat.everyMs, wasMs, untilMs) && isFresh()) fire(window);
      if (!finalOnly && !isPast(window) && endMs <= toMs) {
        onTime.add(id(window));
        fire(window);
      }
      if (endMs + keptMs <= toMs && (finalOnly || isFresh())) fire(window);
    }
    watermarkMs = toMs;
  }

  function moveProcessing(toMs: number): void {
    const wasMs = processingMs;
    if (toMs <= wasMs) return;
    processingMs = toMs;
    for (const window of keys().flatMap(windowsNow)) {
      const repeat = repeatOf(window);
      if (
        !isClosed(window.endMs) &&
        repeat?.by === 'processingTime' &&
        passes(repeat.everyMs, wasMs, toMs) &&
        freshOf(window).length > 0
      )
        fire(window);
    }
  }

  moves.forEach((move, number) => {
    if ('event' in move) {
      moveProcessing(move.arrivalMs);
      const lateBefore = tooLate.length;
      accept(number, move.event);
      const saysTime = !rules.isCarried || move.event.value % 3 === 0;
      if (tooLate.length === lateBefore && saysTime) moveWatermark(move.event.timeMs - rules.maxOutOfOrdernessMs);
    } else {
      if (move.processingMs !== undefined) moveProcessing(move.processingMs);
      if (move.watermarkMs !== undefined) moveWatermark(move.watermarkMs);
    }
  });
  return { rows, late: tooLate };
}
