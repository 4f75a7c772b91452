import { compareCounts, compareRows, type Comparison, type Row } from './compare.ts';
import type { Expected } from './expected.ts';
import type { Run } from './run.ts';

/** Everything that a run says, held against what DuckDB says. */
export function verdictOf(expected: Expected, run: Run, pipeline = 'flights'): Comparison[] {
  const firings = run.lake.map(({ id: _id, ...row }) => row);
  const { counts } = expected;
  return [
    compareRows('results: newest revision of each airport and hour', windowId, {
      expected: expected.results,
      actual: run.results,
    }),
    compareRows('lake: every firing', firingId, { expected: expected.firings, actual: firings }),
    compareRows('lake: newest revision against the result table', windowId, {
      expected: run.results,
      actual: newest(firings),
    }),
    compareRows('lake: ids', ({ id }) => String(id), {
      expected: expected.firings.map((row) => ({ id: lakeId(pipeline, row) })),
      actual: run.lake.map(({ id }) => ({ id })),
    }),
    compareRows('late records', ({ row }) => `row ${String(row)}`, {
      expected: expected.late,
      actual: run.late.map(lateRow),
    }),
    compareRows('dead letters', (row) => JSON.stringify(row), { expected: [], actual: run.deadLetters }),
    compareCounts('counts', { ...counts }, { ...run.counts }),
    compareCounts(
      'what came in is accounted for',
      accountOf(counts.recordsIn, 0),
      accountOf(accountedFor(expected, run), run.deadLetters.length),
    ),
  ];
}

const windowId = ({ key, windowStartMs }: Row): string =>
  `${String(key)} at ${new Date(Number(windowStartMs)).toISOString()}`;
const firingId = (row: Row): string => `${windowId(row)}, revision ${String(row['revision'])}`;
const lakeId = (pipeline: string, { key, windowStartMs, windowEndMs, revision }: Row): string =>
  `${pipeline}/results/${String(windowStartMs)}-${String(windowEndMs)}/${String(revision)}/${String(key)}`;
const accountOf = (records: number, deadLetters: number): Row => ({ records, deadLetters });

/** Records in results, in windows that wait for their end, among the late ones and among the dead letters. */
function accountedFor({ waiting }: Expected, { results, late, deadLetters }: Run): number {
  return (
    results.reduce((sum, { departures }) => sum + Number(departures), 0) + waiting + late.length + deadLetters.length
  );
}

function newest(firings: readonly Row[]): Row[] {
  const byWindow = new Map<string, Row>();
  for (const row of firings) {
    const id = windowId(row);
    const known = byWindow.get(id);
    if (known === undefined || Number(known['revision']) < Number(row['revision'])) byWindow.set(id, row);
  }
  return [...byWindow.values()];
}

/** Of a late record what identifies it, and what made it late. */
function lateRow({ partition, key, eventTimeMs, watermarkMs, data }: Row): Row {
  const { row } = JSON.parse(Buffer.from(String(data), 'base64').toString('utf8')) as Row;
  return { row, partition, key, eventTimeMs, watermarkMs };
}
