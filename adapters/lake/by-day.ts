import { lakeDay } from '../../engine/lake-day.ts';

/** So many objects does one delivery make in a folder at most, whatever days its rows say: a producer chooses them. */
export const MAX_OBJECTS_PER_FOLDER = 16;

export interface Line {
  readonly timeMs: number;
  readonly text: string;
}

/** What becomes one object. */
export interface DayLines {
  readonly day: string;
  /** Whether lines of earlier days are among them. */
  readonly isShared: boolean;
  readonly lines: readonly string[];
}

/**
 * Lines of one folder by day (UTC). Past MAX_OBJECTS_PER_FOLDER days the ones with the most lines, of equals the newest,
 * keep an object each. All others share one, in the newest of their days: a query from some day on finds each line from
 * then on. It depends on the lines alone, so that a repeat makes the same objects.
 */
export function byDay(lines: readonly Line[]): DayLines[] {
  const days = new Map<string, string[]>();
  for (const { timeMs, text } of lines) {
    const day = lakeDay(timeMs);
    const ofDay = days.get(day);
    if (ofDay === undefined) days.set(day, [text]);
    else ofDay.push(text);
  }
  const all = [...days].map(([day, texts]) => ({ day, isShared: false, lines: texts }));
  if (all.length <= MAX_OBJECTS_PER_FOLDER) return all;
  all.sort((one, other) => other.lines.length - one.lines.length || newestFirst(one, other));
  const others = all.splice(MAX_OBJECTS_PER_FOLDER - 1).sort(newestFirst);
  return [...all, { day: (others[0] as DayLines).day, isShared: true, lines: others.flatMap((one) => one.lines) }];
}

function newestFirst(one: DayLines, other: DayLines): number {
  return one.day < other.day ? 1 : -1;
}
