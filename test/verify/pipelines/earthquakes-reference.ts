import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedFile } from '../../../local/inputs/embedded-file.ts';
import type { Input } from '../../../local/inputs/input.ts';
import { rowsOf, sqlText, withDuckdb } from '../duckdb.ts';
import { shardStarts } from '../expected.ts';
import { countsOf, type Reference } from './reference.ts';

const STRONGEST =
  'to_json(list_transform(strongest, lambda quake: {magnitude: quake.magnitude, place: quake.place}))::VARCHAR';
const RESULT = `key, windowStartMs, windowEndMs, quakes, felt, deepestKm, ${STRONGEST} AS strongest`;
const LATE = `format('shardId-{:012d}', shard) AS partition, network AS key, time_ms AS eventTimeMs, watermark_ms AS watermarkMs,
  to_json({id: id, network: network, timeMs: time_ms, type: type, magnitude: magnitude, depthKm: depth_km, place: place})::VARCHAR AS data`;

/** Runs earthquakes.sql on the file itself: it does not even see what the feeder makes of it. */
export function earthquakesReference(_input: Input, records: number, shards: number): Promise<Reference> {
  return withDuckdb(async (connection) => {
    await connection.run(`SET VARIABLE file = ${sqlText(embeddedFile('earthquakes.json'))}`);
    await connection.run(`SET VARIABLE records = ${records}`);
    await connection.run(`SET VARIABLE shard_starts = [${shardStarts(shards).map(sqlText).join(', ')}]`);
    await connection.run(readFileSync(join(import.meta.dirname, 'earthquakes.sql'), 'utf8'));
    const results = await rowsOf(connection, `SELECT ${RESULT} FROM results`);
    const firings = await rowsOf(connection, `SELECT ${RESULT} FROM firings`);
    const late = (await rowsOf(connection, `SELECT ${LATE} FROM late`)).map((row) => ({
      ...row,
      data: inJson(row['data']),
    }));
    const arrived = await rowsOf(connection, 'SELECT count(*) AS records FROM arrived');
    const rows = { results: results.map(withJson), firings: firings.map(withJson), late };
    return { ...rows, sideOutputs: {}, counts: countsOf(Number(arrived[0]?.['records']), rows) };
  });
}

/** DuckDB writes a magnitude of 2 as 2.0. */
const inJson = (text: unknown): string => JSON.stringify(JSON.parse(String(text)));
const withJson = <R extends Readonly<Record<string, unknown>>>(row: R): R => ({
  ...row,
  strongest: inJson(row['strongest']),
});
