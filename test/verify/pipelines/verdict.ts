import { compareCounts, compareRows, type Comparison, type Row } from '../compare.ts';
import type { Run } from '../run.ts';
import type { Reference } from './reference.ts';

/** Everything that a run says, held against what the reference says. */
export function verdictOf(
  { results, firings, compareFirings, late, sideOutputs, counts }: Reference,
  run: Run,
): Comparison[] {
  const lake = run.lake.map(flat);
  const standing = newest(lake).filter(({ retracted }) => retracted !== true);
  const known = Object.entries(run.counts).filter(([name]) => name in counts);
  return [
    sameRows('results: what stands', results, run.results.map(flat).map(withoutRevision)),
    ...(firings === undefined ? [] : [sameRows('lake: every firing', firings, lake.map(withoutRevision))]),
    ...(compareFirings === undefined ? [] : [compareFirings(lake)]),
    sameRows(
      'lake: newest revision against the result table',
      run.results.map(flat),
      standing.map(({ id: _id, ...row }) => row),
    ),
    compareRows('lake: ids, each once', ({ id }) => String(id), each(lake)),
    sameRows('late records', late, run.late.map(refused)),
    compareRows(
      'side outputs: ids, each once',
      ({ id }) => String(id),
      each(Object.values(run.sideOutputs ?? {}).flat()),
    ),
    ...Object.entries(sideOutputs).map(([name, rows]) =>
      sameRows(
        `side output ${name}`,
        rows,
        (run.sideOutputs?.[name] ?? []).map(flat).map(({ id: _id, sequence: _sequence, ...row }) => row),
      ),
    ),
    sameRows('dead letters', [], run.deadLetters),
    compareCounts('counts', { ...counts }, Object.fromEntries(known)),
  ];
}

/** The same rows equally often: what has no id of its own is told apart by all that it says. */
function sameRows(what: string, expected: readonly Row[], actual: readonly Row[]): Comparison {
  return compareRows(what, ({ id }) => String(id), { expected: numbered(expected), actual: numbered(actual) });
}

function numbered(rows: readonly Row[]): Row[] {
  const times = new Map<string, number>();
  return rows.map((row) => {
    const text = JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
    const time = (times.get(text) ?? 0) + 1;
    times.set(text, time);
    return { id: `${text} for the ${time}. time` };
  });
}

function each(rows: readonly Row[]): { readonly expected: Row[]; readonly actual: Row[] } {
  const ids = rows.map(({ id }) => ({ id }));
  return { expected: [...new Map(ids.map((row) => [row.id, row])).values()], actual: ids };
}

/** By place in the result table: a window's start, and where there are several the running number. */
function newest(lake: readonly Row[]): Row[] {
  const byPlace = new Map<string, Row>();
  for (const row of lake) {
    const place = JSON.stringify([row['key'], row['windowStartMs'], row['sequence']]);
    const known = byPlace.get(place);
    if (known === undefined || Number(known['revision']) < Number(row['revision'])) byPlace.set(place, row);
  }
  return [...byPlace.values()];
}

function flat(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  );
}

function withoutRevision({ id: _id, revision: _revision, sequence: _sequence, ...row }: Row): Row {
  return row;
}

/** Of a late record what identifies it, and what made it late. */
function refused({ partition, key, eventTimeMs, watermarkMs, data }: Row): Row {
  return { partition, key, eventTimeMs, watermarkMs, data: Buffer.from(String(data), 'base64').toString('utf8') };
}
