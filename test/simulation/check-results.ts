import type { ResultRow } from '../../engine/outputs.ts';
import type { Topology } from '../../engine/topology.ts';
import { streamOf } from './plan.ts';
import type { PlainRow } from './pipelines/simulated-pipeline.ts';
import type { Beside, Expected, SaidRow } from './reference.ts';
import type { Speakers } from './speakers.ts';
import { violation } from './world/functions.ts';
import { placeOf } from './world/picky-table.ts';
import type { Readers, Speaker } from './world/sinks.ts';

export type Line = ResultRow & Speaker;

/** What must have come out, and which log is the newer. */
export interface Wanted {
  readonly expected: Expected;
  /** As of the logs that have begun anew since, when they were deleted. */
  readonly before: Expected;
  readonly speakers: Speakers;
}

/** The lake has all that ever came out, the table what is newest of it, and neither has anything else. */
export function checkResults(
  identity: Topology['results']['identity'],
  { expected, before, speakers }: Wanted,
  { table, lake }: Readers,
): void {
  const lines = linesIn<Line>(lake, 'results');
  // Numbers only grow for a key of one stream, so they bring its results into the order in which they came out.
  const ordered = identity === 'window' ? sorted : (texts: readonly string[]) => texts;
  for (const key of new Set([...expected.rows.keys(), ...lines.map((line) => line.key)])) {
    const said = inOrder(rowsOf(lines, key), speakers);
    const [buried, standing] = parted(said, speakers);
    const wanted = expected.rows.get(key) ?? [];
    compare(`${key} in the lake`, ordered(wanted.map(textOf)), ordered(standing.map(textOf)));
    requireAmong(`${key} in the lake, of a deleted log`, (before.rows.get(key) ?? []).map(textOf), buried.map(textOf));
    const newest = newestOf(said, speakers).map(storedTextOf);
    compare(`${key} in the table`, sorted(newest), sorted(rowsOf(table.results, key).map(storedTextOf)));
  }
  const unknown = table.results.filter(({ key }) => !expected.rows.has(key) && !before.rows.has(key));
  if (unknown.length > 0)
    throw violation(`results of ${unknown.map(({ key }) => key).join(' ')}, of which none may be`);
}

/** What went beside the results is there once, in the order in which it came. */
export function checkBeside({ expected, before, speakers }: Wanted, { lake }: Readers): void {
  type Side = Beside & Speaker & { readonly key: string; readonly sequence: number };
  const lines = linesIn<Side>(lake, 'side');
  const text = (side: Beside) => JSON.stringify([side.log, side.output, side.eventTimeMs, side.value]);
  for (const key of new Set([...expected.beside.keys(), ...lines.map((line) => line.key)])) {
    const [buried, standing] = parted(inOrder(rowsOf(lines, key), speakers), speakers);
    compare(`${key} beside the results`, (expected.beside.get(key) ?? []).map(text), standing.map(text));
    requireAmong(`${key} beside the results`, (before.beside.get(key) ?? []).map(text), buried.map(text));
  }
}

/** Late records and dead letters are there, one by one, and no others. */
export function checkRefused(
  { expected, before, speakers }: Wanted,
  { lake }: Pick<Readers, 'lake'>,
  folders: ReadonlyArray<'late' | 'dead'> = ['late', 'dead'],
): void {
  for (const folder of folders) {
    const lines = [...lake.keys()]
      .map((id) => id.split('/'))
      .filter(([name]) => name === folder)
      .map(([, epochMs, ...place]) => ({
        epochMs: Number(epochMs),
        log: place.slice(0, 3).join('/'),
        place: place.join('/'),
      }));
    const [buried, standing] = parted(lines, speakers);
    const got = new Set(standing.map(({ place }) => place));
    const missing = [...expected[folder]].filter((id) => !got.has(id));
    const extra = [...got].filter((id) => !expected[folder].has(id));
    if (missing.length + extra.length > 0)
      throw violation(`${folder}: missing ${missing.join(' ')}, extra ${extra.join(' ')}`);
    requireAmong(
      `${folder}, of a deleted log`,
      [...before[folder]],
      buried.map(({ place }) => place),
    );
  }
}

/** A table that never takes some rows has the newest of the others, and each that it refuses is a dead letter once. */
export function checkPicky({ speakers }: Pick<Wanted, 'speakers'>, { lake, picky }: Readers): void {
  if (picky === undefined) return;
  const lines = linesIn<Line>(lake, 'results');
  for (const key of new Set(lines.map((line) => line.key))) {
    const taken = rowsOf(lines, key).filter((row) => !picky.isRefused(row));
    const newest = newestOf(taken, speakers).map(storedTextOf);
    compare(`${key} in the picky table`, sorted(newest), sorted(rowsOf(picky.results, key).map(storedTextOf)));
  }
  const refused = lines.filter((row) => picky.isRefused(row)).map((row) => `${streamOf(row.log)} ${placeOf(row)}`);
  compare(
    'dead letters of results',
    sorted(refused),
    sorted([...picky.letters].flatMap(([id, versions]) => [...versions].map(() => id))),
  );
}

export function compare(what: string, wanted: readonly string[], got: readonly string[]): void {
  const at = wanted.findIndex((text, i) => text !== got[i]);
  if (at >= 0) throw violation(`${what}: want ${wanted[at]}, got ${got[at] ?? 'none'}`);
  if (got.length > wanted.length) throw violation(`${what}: want none, got ${got[wanted.length]}`);
}

export function linesIn<T>(lake: Readers['lake'], folder: 'results' | 'side'): T[] {
  const isThere = (id: string) => (folder === 'results' ? id.startsWith('simulated/results/') : id.includes('/side/'));
  return [...lake].filter(([id]) => isThere(id)).map(([, line]) => JSON.parse(line) as T);
}

const rowsOf = <T extends { readonly key: string }>(rows: readonly T[], key: string): T[] =>
  rows.filter((row) => row.key === key);

function inOrder<T extends Speaker & { readonly sequence?: number }>(rows: readonly T[], speakers: Speakers): T[] {
  return [...rows].sort((a, b) => speakers.rankOf(a) - speakers.rankOf(b) || (a.sequence ?? 0) - (b.sequence ?? 0));
}

/** What logs said that have begun anew since, and the others. */
function parted<T extends Speaker>(lines: readonly T[], speakers: Speakers): [buried: T[], standing: T[]] {
  return [lines.filter((line) => speakers.isBuried(line)), lines.filter((line) => !speakers.isBuried(line))];
}

/** What a deleted log had not delivered is gone with it; what it did deliver, it had decided. */
function requireAmong(what: string, decided: readonly string[], got: readonly string[]): void {
  const left = [...decided];
  for (const text of got) {
    const at = left.indexOf(text);
    if (at < 0) throw violation(`${what}: want none, got ${text}`);
    left.splice(at, 1);
  }
}

export const sorted = (texts: readonly string[]): string[] => [...texts].sort();

function textOf({ log, windowStartMs, windowEndMs, revision, retracted, values }: SaidRow): string {
  return JSON.stringify([log, windowStartMs, windowEndMs, revision, retracted === true, values]);
}

function storedTextOf(row: PlainRow & Pick<ResultRow, 'sequence'>): string {
  const { sequence, windowStartMs, windowEndMs, revision, retracted, values } = row;
  return JSON.stringify([sequence, windowStartMs, windowEndMs, revision, retracted === true, values]);
}

/** Of each place what the newest log that spoke of it has said last. */
export function newestOf(rows: readonly Line[], speakers: Speakers): Line[] {
  const newest = new Map<string, Line>();
  for (const row of rows) {
    const place = String(row.sequence ?? `${row.windowStartMs}-${row.windowEndMs}`);
    const known = newest.get(place);
    const isNewer =
      known === undefined || (speakers.rankOf(row) - speakers.rankOf(known) || row.revision - known.revision) > 0;
    if (isNewer) newest.set(place, row);
  }
  return [...newest.values()];
}

/** Places of results of which more than one stream, or a log before and after it began anew, has spoken. */
export function spokenOfTwice(lake: Readers['lake'], speakers: Speakers): number {
  const spoken = new Map<string, Set<number>>();
  for (const line of linesIn<Line>(lake, 'results')) {
    const place = JSON.stringify([line.key, line.sequence ?? line.windowStartMs]);
    spoken.set(place, (spoken.get(place) ?? new Set()).add(speakers.rankOf(line)));
  }
  return [...spoken.values()].filter(({ size }) => size > 1).length;
}
