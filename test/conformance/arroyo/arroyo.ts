/** Arroyo's golden files, and other queries over the same input: a small pipeline each, and its rows against theirs or DuckDB's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lived } from '../lived.ts';
import { differencesOf } from '../rows.ts';
import { judged, skipped, type CaseReport } from '../scoreboard.ts';
import { rowsOf as rowsOfDuckdb, sqlText, withDuckdb } from '../../verify/duckdb.ts';
import { QUERIES } from './queries.ts';
import { timeOf, type Query, type Row } from './query.ts';

const GIVEN =
  'half-open windows; "sliding" (hop) is hopping; a session ends at last event + gap; at the end of the input every window comes out';
const COMPUTED = 'rows that DuckDB computes from the same input';

export async function arroyoReports(folder: string, lives: number): Promise<CaseReport[]> {
  const linesOf = (file: string): Row[] =>
    readFileSync(join(folder, 'arroyo', file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  const computed = await computedBy(join(folder, 'arroyo', 'cars.json'));
  const reports: CaseReport[] = [];
  for (const query of QUERIES) {
    const { name, input, sql } = query;
    const expected = computed.get(name) ?? linesOf(`golden-${name}.json`);
    const differences = await differencesIn(query, linesOf(input), expected, lives);
    const [source, dialect] = sql === undefined ? ['arroyo', GIVEN] : ['arroyo by duckdb', COMPUTED];
    reports.push(judged({ source, name, dialect, compared: expected.length, lives, leftOut: [], differences }));
  }
  return [...reports, skipped('arroyo', 'windowed_inner_join', GIVEN, 'a join within windows: there is none yet')];
}

async function differencesIn(
  query: Query,
  records: readonly Row[],
  expected: readonly Row[],
  lives: number,
): Promise<string[]> {
  const given = records.map((body) => ({ body, eventTimeMs: timeOf(body as { readonly timestamp: string }) }));
  const differences: string[] = [];
  for (let seed = 0; seed < lives; seed++) {
    const rows = (await lived(query.definition, given, seed)).flatMap(query.rowsOf);
    differences.push(...differencesOf(rows, expected).map((text) => `life ${seed}: ${text}`));
  }
  return differences;
}

/** Rows of each query that has no golden file. */
function computedBy(file: string): Promise<Map<string, readonly Row[]>> {
  return withDuckdb(async (connection) => {
    await connection.run(
      `CREATE TABLE cars AS SELECT *, epoch_ms(timestamp::TIMESTAMP) AS ms FROM read_json(${sqlText(file)})`,
    );
    await connection.run(
      `CREATE MACRO text_of(ms) AS replace(strftime(make_timestamp(ms * 1000), '%Y-%m-%dT%H:%M:%S.%g'), '.000', '')`,
    );
    const rows = new Map<string, readonly Row[]>();
    for (const { name, sql } of QUERIES) if (sql !== undefined) rows.set(name, await rowsOfDuckdb(connection, sql));
    return rows;
  });
}
