/**
 * Every firing behind an exchange, in whatever order the rows of different shards came there. When a window fires first, it
 * holds at least what each shard had brought while that shard's own time was before its end; from then on each further row
 * is a firing. So the firings of a window are a path: from all rows back to those, one row of some shard less each time.
 */
import type { Comparison, Row } from '../compare.ts';

/** What came to one window from one shard, in order; late records are not among it. */
export interface Came {
  readonly delays: readonly number[];
  readonly distances: readonly number[];
  /** So many are in the first firing in any case. */
  readonly atLeast: number;
}

/** What one window says in the end, and what came to it. */
export interface FiredWindow {
  readonly result: Row;
  /** Left out where all that came is in the first firing. */
  readonly came?: readonly Came[];
}

interface Sums {
  readonly departures: number;
  readonly delayed: number;
  readonly delay: number;
  readonly maxDelayMin: number;
  readonly totalDistanceMiles: number;
}

const NOTHING: Sums = {
  departures: 0,
  delayed: 0,
  delay: 0,
  maxDelayMin: Number.NEGATIVE_INFINITY,
  totalDistanceMiles: 0,
};
const together = (a: Sums, b: Sums): Sums => ({
  departures: a.departures + b.departures,
  delayed: a.delayed + b.delayed,
  delay: a.delay + b.delay,
  maxDelayMin: Math.max(a.maxDelayMin, b.maxDelayMin),
  totalDistanceMiles: a.totalDistanceMiles + b.totalDistanceMiles,
});

/** Of the first 0, 1, 2, … rows of a shard. */
function sumsOf({ delays, distances }: Came): Sums[] {
  const sums = [NOTHING];
  for (const [i, delay] of delays.entries())
    sums.push(
      together(sums[i] as Sums, {
        departures: 1,
        delayed: delay >= 15 ? 1 : 0,
        delay,
        maxDelayMin: delay,
        totalDistanceMiles: distances[i] as number,
      }),
    );
  return sums;
}

/** The same columns as the result has, of some of its rows. */
function rowOf(result: Row, { delay, ...sums }: Sums): Row {
  const values: Row = { ...sums, meanDelayMin: delay / sums.departures };
  return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, values[name] ?? value]));
}

/** How a row is compared: the order of columns says nothing. */
const textOf = (row: Row): string => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
const windowOf = ({ key, windowStartMs }: Row): string => JSON.stringify([key, windowStartMs]);

/** @returns what is wrong with the firings of a window, in the order of their revisions; undefined: nothing */
export function wrongIn({ result, came }: FiredWindow, firings: readonly Row[]): string | undefined {
  if (came === undefined)
    return firings.length === 1 && textOf(firings[0] as Row) === textOf(result)
      ? undefined
      : `must fire once with ${textOf(result)}, got ${firings.map(textOf).join(' ')}`;
  const sums = came.map(sumsOf);
  const all = came.map(({ delays }) => delays.length);
  let possible = new Map([[all.join(), all]]);
  for (let revision = firings.length; revision >= 1; revision--) {
    const said = textOf(firings[revision - 1] as Row);
    const fitting = [...possible.values()].filter(
      (rows) =>
        textOf(rowOf(result, rows.map((n, shard) => (sums[shard] as Sums[])[n] as Sums).reduce(together))) === said,
    );
    if (fitting.length === 0)
      return `revision ${revision} of ${firings.length} must say what the first rows of each shard come to, got ${said}`;
    possible = revision === 1 ? new Map([['', []]]) : withOneLess(fitting, came);
  }
  return possible.size > 0 && firings.length > 0 ? undefined : 'must have fired, got nothing';
}

/** Which rows there may have been before, each shard's in its order. */
function withOneLess(rows: ReadonlyArray<readonly number[]>, came: readonly Came[]): Map<string, number[]> {
  const before = rows.flatMap((counts) =>
    came.flatMap(({ atLeast }, shard) =>
      (counts[shard] as number) > atLeast ? [counts.map((n, i) => (i === shard ? n - 1 : n))] : [],
    ),
  );
  return new Map(before.map((counts) => [counts.join(), counts]));
}

/** @param lake all firings, with their revisions */
export function compareFirings(windows: readonly FiredWindow[], lake: readonly Row[]): Comparison {
  const fired = new Map<string, Row[]>();
  for (const row of lake) fired.set(windowOf(row), [...(fired.get(windowOf(row)) ?? []), row]);
  const wrong: string[] = [];
  for (const window of windows) {
    const name = windowOf(window.result);
    const firings = (fired.get(name) ?? []).sort((a, b) => Number(a['revision']) - Number(b['revision']));
    fired.delete(name);
    const revisions = firings.map(({ revision }) => revision);
    const found = revisions.every((revision, i) => revision === i + 1)
      ? wrongIn(
          window,
          firings.map(({ id: _id, revision: _revision, ...row }) => row),
        )
      : `revisions must be 1, 2, 3 …, got ${revisions.join()}`;
    if (found !== undefined) wrong.push(`${name}: ${found}`);
  }
  for (const name of fired.keys()) wrong.push(`${name}: must not have fired`);
  return {
    what: 'lake: every firing, in any order of shards',
    compared: lake.length,
    differences: wrong.length,
    first: wrong.slice(0, 5),
  };
}
