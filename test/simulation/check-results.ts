import type { ResultRow } from '../../engine/outputs.ts';
import type { Topology } from '../../engine/dsl/topology.ts';
import type { PlainRow } from './pipelines/simulated-pipeline.ts';
import type { Expected } from './reference.ts';
import { violation } from './world/functions.ts';
import type { Readers } from './world/sinks.ts';

/** The table has what is newest, the lake all that ever came out, and neither has anything else. */
export function checkResults(identity: Topology['results']['identity'], { rows }: Expected, { table, lake }: Readers): void {
  const lines = linesIn<ResultRow>(lake, 'results');
  if (identity === 'window') {
    for (const [key, wanted] of rows) compare(`${key} in the lake`, sorted(wanted.map(textOf)), sorted(rowsOf(lines, key).map(textOf)));
    for (const [key, wanted] of rows) compare(`${key} in the table`, sorted(newestOf(wanted).map(textOf)), sorted(rowsOf(table.results, key).map(textOf)));
  } else {
    // Numbers only grow for a key, so they bring its results into the order in which they came out.
    for (const [key, wanted] of rows) compare(`${key} in the lake`, wanted.map(textOf), byNumber(rowsOf(lines, key)).map(textOf));
    for (const [key, wanted] of rows) compare(`${key} in the table`, wanted.map(textOf), byNumber(rowsOf(table.results, key)).map(textOf));
  }
  const unknown = [...lines, ...table.results].filter(({ key }) => !rows.has(key));
  if (unknown.length > 0) throw violation(`results of ${unknown.map(({ key }) => key).join(' ')}, of which none may be`);
}

/** What went beside the results is there once, in the order in which it came. */
export function checkBeside({ beside }: Expected, { lake }: Readers): void {
  const lines = linesIn<{ readonly output: string; readonly key: string; readonly eventTimeMs: number; readonly sequence: number; readonly value: unknown }>(lake, 'side');
  const text = ({ output, eventTimeMs, value }: Omit<(typeof lines)[number], 'key' | 'sequence'>) => JSON.stringify([output, eventTimeMs, value]);
  for (const key of new Set([...beside.keys(), ...lines.map((line) => line.key)])) {
    compare(`${key} beside the results`, (beside.get(key) ?? []).map(text), byNumber(rowsOf(lines, key)).map(text));
  }
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

const rowsOf = <T extends { readonly key: string }>(rows: readonly T[], key: string): T[] => rows.filter((row) => row.key === key);

const byNumber = <T extends { readonly sequence?: number }>(rows: readonly T[]): T[] => [...rows].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));

const sorted = (texts: readonly string[]): string[] => [...texts].sort();

const textOf = ({ windowStartMs, windowEndMs, revision, retracted, values }: PlainRow): string => JSON.stringify([windowStartMs, windowEndMs, revision, retracted === true, values]);

function newestOf(rows: readonly PlainRow[]): PlainRow[] {
  const newest = new Map<string, PlainRow>();
  for (const row of rows) {
    const window = `${row.windowStartMs}-${row.windowEndMs}`;
    if ((newest.get(window)?.revision ?? 0) < row.revision) newest.set(window, row);
  }
  return [...newest.values()];
}
