/**
 * What windows must give, the slow and obvious way: after each record everything is computed anew from the whole list of
 * accepted records, and what differs from before is what comes out. Shares no code with the engine.
 */
export interface Event {
  readonly key: string;
  readonly timeMs: number;
  readonly value: number;
}

export interface Row {
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly revision: number;
  /** Sorted values of the window's records; undefined: taken back. */
  readonly values: readonly number[] | undefined;
}

export type Kind =
  | { readonly kind: 'hopping'; readonly sizeMs: number; readonly advanceMs: number; readonly offsetMs: number }
  | { readonly kind: 'session'; readonly gapMs: number }
  | { readonly kind: 'sliding'; readonly differenceMs: number };

export interface Rules {
  readonly windows: Kind;
  readonly maxOutOfOrdernessMs: number;
  readonly allowedLatenessMs: number;
  readonly finalOnly: boolean;
}

interface Window {
  readonly startMs: number;
  readonly endMs: number;
  readonly values: readonly number[];
}

/** All windows of one key, of all its accepted records. */
export function windowsOf(kind: Kind, events: readonly Event[]): Window[] {
  const times = [...new Set(events.map(({ timeMs }) => timeMs))].sort((a, b) => a - b);
  const contentOf = (startMs: number, endMs: number) =>
    events
      .filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs)
      .map(({ value }) => value)
      .sort((a, b) => a - b);
  const bounds = new Map<string, readonly [number, number]>();
  const add = (startMs: number, endMs: number) => bounds.set(`${startMs}/${endMs}`, [startMs, endMs]);
  if (kind.kind === 'session') {
    let startMs: number | undefined;
    times.forEach((timeMs, i) => {
      startMs ??= timeMs;
      const next = times[i + 1];
      if (next !== undefined && next < timeMs + kind.gapMs) return;
      add(startMs, timeMs + kind.gapMs);
      startMs = undefined;
    });
  } else if (kind.kind === 'sliding') {
    for (const timeMs of times) {
      add(timeMs - kind.differenceMs, timeMs + 1);
      add(timeMs + 1, timeMs + kind.differenceMs + 2);
    }
  } else {
    for (const timeMs of times) {
      for (let startMs = -1_000 * kind.advanceMs + kind.offsetMs; startMs <= timeMs; startMs += kind.advanceMs) {
        if (timeMs < startMs + kind.sizeMs) add(startMs, startMs + kind.sizeMs);
      }
    }
  }
  return [...bounds.values()]
    .map(([startMs, endMs]) => ({ startMs, endMs, values: contentOf(startMs, endMs) }))
    .filter(({ values }) => values.length > 0);
}

export function naive(
  { windows, maxOutOfOrdernessMs, allowedLatenessMs, finalOnly }: Rules,
  events: readonly Event[],
): { rows: Row[]; late: number[] } {
  const rows: Row[] = [];
  const late: number[] = [];
  const accepted: Event[] = [];
  const revisions = new Map<string, number>();
  let watermarkMs = Number.NEGATIVE_INFINITY;
  const emit = (key: string, { startMs, endMs, values }: Window, isTakenBack = false) => {
    // A session that grows at its end keeps its place, and its count goes on; one that grows at its start takes over counts.
    const id = `${key}/${startMs}`;
    const revision = (revisions.get(id) ?? 0) + 1;
    revisions.set(id, revision);
    rows.push({ key, startMs, endMs, revision, values: isTakenBack ? undefined : values });
  };
  const of = (key: string) =>
    windowsOf(
      windows,
      accepted.filter((event) => event.key === key),
    );
  const same = (a: Window, b: Window) => a.startMs === b.startMs && a.endMs === b.endMs;
  // A session is kept for another gap, so that whatever is not late by itself finds it.
  const keptMs = allowedLatenessMs + (windows.kind === 'session' ? windows.gapMs : 0);
  const isClosed = (endMs: number) => endMs + keptMs <= watermarkMs;
  events.forEach((event, place) => {
    const before = of(event.key);
    if (isLate(event)) {
      late.push(place);
      return;
    }
    accepted.push(event);
    const after = of(event.key);
    if (!finalOnly) {
      for (const gone of before.filter(
        (window) =>
          window.endMs <= watermarkMs && !isClosed(window.endMs) && !after.some((other) => same(window, other)),
      ))
        emit(event.key, gone, true);
      for (const window of after.toSorted((a, b) => a.startMs - b.startMs)) {
        if (window.endMs > watermarkMs || isClosed(window.endMs)) continue;
        const known = before.find((other) => same(window, other));
        if (known === undefined || known.values.length !== window.values.length) emit(event.key, window);
      }
    }
    const wasMs = watermarkMs;
    watermarkMs = Math.max(watermarkMs, event.timeMs - maxOutOfOrdernessMs);
    const delayMs = finalOnly ? keptMs : 0;
    for (const key of new Set(accepted.map((one) => one.key))) {
      for (const window of of(key))
        if (window.endMs + delayMs > wasMs && window.endMs + delayMs <= watermarkMs) emit(key, window);
    }
  });
  return { rows, late };

  function isLate({ key, timeMs }: Event): boolean {
    if (windows.kind === 'session') return timeMs + windows.gapMs + allowedLatenessMs <= watermarkMs;
    if (windows.kind === 'sliding') return isClosed(timeMs + windows.differenceMs + 1);
    return windowsOf(windows, [{ key, timeMs, value: 0 }]).every(({ endMs }) => isClosed(endMs));
  }
}
