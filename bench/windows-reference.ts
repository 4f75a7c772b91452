import type { Row } from '../test/verify/compare.ts';
import { DIFFERENCE_MS, EVERY, GAP_MS, SIZE_MS, type WindowKind } from './window-kinds.ts';

export interface Reading {
  readonly device: string;
  readonly timeMs: number;
  readonly value: number;
}

type Windows = (readings: readonly Reading[]) => Reading[][];

/** Which readings of a device are together, from the whole list of them in the order of arrival. */
const TOGETHER: Readonly<Record<WindowKind, Windows>> = {
  'tumbling 60 s': hops(SIZE_MS, SIZE_MS),
  'hopping 60 s by 1 s': hops(SIZE_MS, SIZE_MS / 60),
  'hopping 6 s by 0.1 s': hops(SIZE_MS / 10, SIZE_MS / 600),
  'hopping 60 s by 1 s, a trigger': hops(SIZE_MS, SIZE_MS / 60),
  // Berlin's hours are everyone's hours, as its time zone is off by whole ones.
  'calendar hour, Europe/Berlin': hops(3_600_000, 3_600_000),
  'session, gap 0.6 s': sessions,
  'sliding, 1 s': slides,
  'every 100 records': (all) =>
    Array.from({ length: Math.floor(all.length / EVERY) }, (_, i) => all.slice(i * EVERY, (i + 1) * EVERY)),
  'global, every 100 records': (all) => [all.slice(0, all.length - (all.length % EVERY))],
  'process function': hops(SIZE_MS, SIZE_MS),
};

/** How many readings each window of each device has, and what they add up to: no window is empty. */
export function expectedSums(kind: WindowKind, load: readonly Reading[]): Row[] {
  return [...Map.groupBy(load, ({ device }) => device)].flatMap(([device, readings]) =>
    TOGETHER[kind](readings)
      .filter((window) => window.length > 0)
      .map((window) => ({
        key: device,
        readings: window.length,
        total: window.reduce((sum, { value }) => sum + value, 0),
      })),
  );
}

function hops(sizeMs: number, advanceMs: number): Windows {
  return (all) => {
    const windows = new Map<number, Reading[]>();
    for (const reading of all) {
      for (
        let startMs = reading.timeMs - (reading.timeMs % advanceMs);
        startMs > reading.timeMs - sizeMs;
        startMs -= advanceMs
      ) {
        const window = windows.get(startMs);
        if (window === undefined) windows.set(startMs, [reading]);
        else window.push(reading);
      }
    }
    return [...windows.values()];
  };
}

function sessions(all: readonly Reading[]): Reading[][] {
  const found: Reading[][] = [];
  for (const reading of inTime(all)) {
    const last = found.at(-1);
    if (last !== undefined && reading.timeMs < (last.at(-1) as Reading).timeMs + GAP_MS) last.push(reading);
    else found.push([reading]);
  }
  return found;
}

/** For each moment with a reading the window that ends with it, and the one behind it unless another reading ends that. */
function slides(all: readonly Reading[]): Reading[][] {
  const sorted = inTime(all);
  const times = [...new Set(sorted.map(({ timeMs }) => timeMs))];
  const ends = new Set(times);
  const starts = [
    ...times.map((timeMs) => timeMs - DIFFERENCE_MS),
    ...times.map((timeMs) => timeMs + 1).filter((startMs) => !ends.has(startMs + DIFFERENCE_MS)),
  ];
  let from = 0;
  return starts
    .sort((a, b) => a - b)
    .map((startMs) => {
      while (from < sorted.length && (sorted[from] as Reading).timeMs < startMs) from += 1;
      let to = from;
      while (to < sorted.length && (sorted[to] as Reading).timeMs <= startMs + DIFFERENCE_MS) to += 1;
      return sorted.slice(from, to);
    });
}

const inTime = (all: readonly Reading[]): Reading[] => all.toSorted((a, b) => a.timeMs - b.timeMs);
