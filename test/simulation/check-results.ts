import type { ResultRow } from '../../engine/outputs.ts';
import type { Topology } from '../../engine/topology.ts';
import type { PlainRow } from './pipelines/simulated-pipeline.ts';
import type { Beside, Expected, SaidRow } from './reference.ts';
import { violation } from './world/functions.ts';
import { placeOf } from './world/picky-table.ts';
import type { Readers } from './world/sinks.ts';

type Line = ResultRow & SaidRow;

/** The lake has all that ever came out, the table what is newest of it, and neither has anything else. */
export function checkResults(
  identity: Topology['results']['identity'],
  { rows }: Expected,
  { table, lake }: Readers,
): void {
  const lines = linesIn<Line>(lake, 'results');
  // Numbers only grow for a key of one stream, so they bring its results into the order in which they came out.
  const ordered = identity === 'window' ? sorted : (texts: readonly string[]) => texts;
  for (const [key, wanted] of rows) {
    const said = byNumber(rowsOf(lines, key));
    compare(`${key} in the lake`, ordered(wanted.map(textOf)), ordered(said.map(textOf)));
    const newest = newestOf(said).map(storedTextOf);
    compare(`${key} in the table`, sorted(newest), sorted(rowsOf(table.results, key).map(storedTextOf)));
  }
  const unknown = [...lines, ...table.results].filter(({ key }) => !rows.has(key));
  if (unknown.length > 0)
    throw violation(`results of ${unknown.map(({ key }) => key).join(' ')}, of which none may be`);
}

/** What went beside the results is there once, in the order in which it came. */
export function checkBeside({ beside }: Expected, { lake }: Readers): void {
  const lines = linesIn<Beside & { readonly key: string; readonly sequence: number }>(lake, 'side');
  const text = (side: Beside) => JSON.stringify([side.incarnation, side.output, side.eventTimeMs, side.value]);
  for (const key of new Set([...beside.keys(), ...lines.map((line) => line.key)])) {
    compare(`${key} beside the results`, (beside.get(key) ?? []).map(text), byNumber(rowsOf(lines, key)).map(text));
  }
}

/** A table that never takes some rows has the newest of the others, and each that it refuses is a dead letter once. */
export function checkPicky({ lake, picky }: Readers): void {
  if (picky === undefined) return;
  const lines = linesIn<Line>(lake, 'results');
  for (const key of new Set(lines.map((line) => line.key))) {
    const taken = rowsOf(lines, key).filter((row) => !picky.isRefused(row));
    const newest = newestOf(taken).map(storedTextOf);
    compare(`${key} in the picky table`, sorted(newest), sorted(rowsOf(picky.results, key).map(storedTextOf)));
  }
  const refused = lines.filter((row) => picky.isRefused(row)).map((row) => `${row.incarnation} ${placeOf(row)}`);
  compare(
    'dead letters of results',
    sorted(refused),
    sorted([...picky.letters].flatMap(([id, versions]) => [...versions].map(() => id))),
  );
}

function compare(what: string, wanted: readonly string[], got: readonly string[]): void {
  const at = wanted.findIndex((text, i) => text !== got[i]);
  if (at >= 0) throw violation(`${what}: want ${wanted[at]}, got ${got[at] ?? 'none'}`);
  if (got.length > wanted.length) throw violation(`${what}: want none, got ${got[wanted.length]}`);
}

function linesIn<T>(lake: Readers['lake'], folder: 'results' | 'side'): T[] {
  const isThere = (id: string) => (folder === 'results' ? id.startsWith('simulated/results/') : id.includes('/side/'));
  return [...lake].filter(([id]) => isThere(id)).map(([, line]) => JSON.parse(line) as T);
}

const rowsOf = <T extends { readonly key: string }>(rows: readonly T[], key: string): T[] =>
  rows.filter((row) => row.key === key);

/** Of two streams of one name the one that was created later is the newer; a topic has one incarnation here. */
const createdMs = ({ incarnation }: { readonly incarnation: string }): number => Number(incarnation) || 0;

function byNumber<T extends { readonly incarnation: string; readonly sequence?: number }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => createdMs(a) - createdMs(b) || (a.sequence ?? 0) - (b.sequence ?? 0));
}

const sorted = (texts: readonly string[]): string[] => [...texts].sort();

function textOf({ incarnation, windowStartMs, windowEndMs, revision, retracted, values }: SaidRow): string {
  return JSON.stringify([incarnation, windowStartMs, windowEndMs, revision, retracted === true, values]);
}

function storedTextOf(row: PlainRow & Pick<ResultRow, 'sequence'>): string {
  const { sequence, windowStartMs, windowEndMs, revision, retracted, values } = row;
  return JSON.stringify([sequence, windowStartMs, windowEndMs, revision, retracted === true, values]);
}

/** Of each place what the newest stream that spoke of it has said last. */
function newestOf(rows: readonly Line[]): Line[] {
  const newest = new Map<string, Line>();
  for (const row of rows) {
    const place = String(row.sequence ?? `${row.windowStartMs}-${row.windowEndMs}`);
    const known = newest.get(place);
    const isNewer = known === undefined || (createdMs(row) - createdMs(known) || row.revision - known.revision) > 0;
    if (isNewer) newest.set(place, row);
  }
  return [...newest.values()];
}

/** Places of results of which more than one stream has spoken. */
export function spokenOfTwice(lake: Readers['lake']): number {
  const spoken = new Map<string, Set<string>>();
  for (const { key, sequence, windowStartMs, incarnation } of linesIn<Line>(lake, 'results')) {
    const place = JSON.stringify([key, sequence ?? windowStartMs]);
    spoken.set(place, (spoken.get(place) ?? new Set()).add(incarnation));
  }
  return [...spoken.values()].filter(({ size }) => size > 1).length;
}
