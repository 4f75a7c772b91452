import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_RECEIVERS } from '../../../engine/exchange/receivers.ts';
import { embeddedFile } from '../../../local/inputs/embedded-file.ts';
import type { Input } from '../../../local/inputs/input.ts';
import { rowsOf, sqlText, withDuckdb } from '../duckdb.ts';
import { shardStarts } from '../expected.ts';
import type { Reference } from './reference.ts';

const RESULT = 'key, windowStartMs, windowEndMs, departures, delayed, meanDelayMin, maxDelayMin, totalDistanceMiles';
const LATE = `'r' || receiver AS partition, key, event_ms AS eventTimeMs, watermark_ms AS watermarkMs,
  to_json({date: event_ms, delay: delay, distance: distance, origin: origin, destination: destination})::VARCHAR AS data`;
const COUNTS = `
  (SELECT count(*) FROM seen) AS recordsIn, (SELECT count(*) FROM late) AS late, (SELECT count_if(open) FROM windows) AS openWindows`;

/**
 * Runs destinations.sql. What it does not tell is how often a window is corrected: that depends on the order in which the
 * entries of different shards come to a receiver, and nothing else does.
 */
export function destinationsReference(_input: Input, records: number, shards: number): Promise<Reference> {
  return withDuckdb(async (connection) => {
    await connection.run(`SET VARIABLE file = ${sqlText(embeddedFile('flights-3m.parquet'))}`);
    await connection.run(`SET VARIABLE records = ${records}`);
    await connection.run(`SET VARIABLE shard_starts = [${shardStarts(shards).map(sqlText).join(', ')}]`);
    const receiverStarts = shardStarts(DEFAULT_RECEIVERS).map(sqlText).join(', ');
    await connection.run(`SET VARIABLE receiver_starts = [${receiverStarts}]`);
    await connection.run(readFileSync(join(import.meta.dirname, 'destinations.sql'), 'utf8'));
    const results = await rowsOf(connection, `SELECT ${RESULT} FROM windows WHERE fired`);
    const late = await rowsOf(connection, `SELECT ${LATE} FROM late`);
    const [counts] = await rowsOf(connection, `SELECT ${COUNTS}`);
    const recordsIn = Number(counts?.['recordsIn']);
    return {
      results,
      firings: undefined,
      late,
      sideOutputs: {},
      counts: {
        recordsIn,
        counted: recordsIn - late.length,
        late: late.length,
        deadLetters: 0,
        results: results.length,
        openWindows: Number(counts?.['openWindows']),
      },
    };
  });
}
