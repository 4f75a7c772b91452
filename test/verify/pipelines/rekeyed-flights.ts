import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedFile } from '../../../local/inputs/embedded-file.ts';
import type { Input } from '../../../local/inputs/input.ts';
import type { Row } from '../compare.ts';
import { rowsOf, sqlText, withDuckdb } from '../duckdb.ts';
import { shardStarts } from '../expected.ts';
import type { Reference } from './reference.ts';
import { compareFirings, type Came, type FiredWindow } from './rekeyed-firings.ts';

const HOUR_MS = 3_600_000;

/** What DuckDB has to know of a pipeline that groups flights by another key than their stream is partitioned by. */
export interface RekeyedFlights {
  /** Name of its exchange, by which late records tell where they were late. */
  readonly exchange: string;
  /** SQL over `distance`: the source that a flight comes from. @default one source */
  readonly source?: string;
  /** SQL over `source`: how far out of order its records may be [ms]. @default an hour */
  readonly boundMs?: string;
  /** SQL over `source`, `origin` and the `place` of a record in the input of its source, from 0 on. */
  readonly partitionKey: string;
  /** SQL over `origin` and `destination`. */
  readonly key: string;
  readonly receivers: number;
  readonly sizeMs: number;
  readonly allowedLatenessMs: number;
  /** Columns of its results beside key and window. */
  readonly columns: readonly string[];
  /** What is made of the final results by another key. @default nothing: they are the results */
  readonly again?: {
    /** SQL for a query of the results over `final_windows`. */
    readonly results: string;
  };
}

const LATE = `getvariable('exchange') || '/r' || receiver AS partition, key, event_ms AS eventTimeMs, watermark_ms AS watermarkMs,
  to_json({date: event_ms, delay: delay, distance: distance, origin: origin, destination: destination})::VARCHAR AS data`;
const COUNTS = `
  (SELECT count(*) FROM seen) AS recordsIn, (SELECT count(*) FROM late) AS late, (SELECT count_if(open) FROM windows) AS openWindows,
  (SELECT count(*) FROM final_windows) AS final`;

/**
 * Runs rekeyed-flights.sql. How often a window is corrected depends on the order in which the entries of different shards
 * come to a receiver, and nothing else does: see `compareFirings`.
 */
export function rekeyedFlights(settings: RekeyedFlights) {
  const { exchange, partitionKey, key, receivers, sizeMs, allowedLatenessMs, columns, again } = settings;
  const { source = "''", boundMs = String(HOUR_MS) } = settings;
  return (_input: Input, records: number, shards: number): Promise<Reference> =>
    withDuckdb(async (connection) => {
      const hashes = (parts: number): string => `[${shardStarts(parts).map(sqlText).join(', ')}]`;
      await connection.run(`SET VARIABLE file = ${sqlText(embeddedFile('flights-3m.parquet'))}`);
      await connection.run(`SET VARIABLE exchange = ${sqlText(exchange)}`);
      await connection.run(`SET VARIABLE records = ${records}`);
      await connection.run(`SET VARIABLE shard_starts = ${hashes(shards)}`);
      await connection.run(`SET VARIABLE receiver_starts = ${hashes(receivers)}`);
      await connection.run(`SET VARIABLE size_ms = ${sizeMs}`);
      await connection.run(`SET VARIABLE lateness_ms = ${allowedLatenessMs}`);
      await connection.run(`CREATE MACRO source_of(distance) AS ${source}`);
      await connection.run(`CREATE MACRO bound_of(source) AS ${boundMs}`);
      await connection.run(`CREATE MACRO partition_key(source, place, origin) AS ${partitionKey}`);
      await connection.run(`CREATE MACRO key_of(origin, destination) AS ${key}`);
      await connection.run(readFileSync(join(import.meta.dirname, 'rekeyed-flights.sql'), 'utf8'));
      const shown = ['key', 'windowStartMs', 'windowEndMs', ...columns].join(', ');
      const results = await rowsOf(connection, again?.results ?? `SELECT ${shown} FROM windows WHERE fired`);
      const late = await rowsOf(connection, `SELECT ${LATE} FROM late`);
      const [counts] = await rowsOf(connection, `SELECT ${COUNTS}`);
      const recordsIn = Number(counts?.['recordsIn']);
      const windows = again === undefined ? firedWindows(results, await rowsOf(connection, 'FROM came')) : [];
      return {
        results,
        ...(again === undefined ? { compareFirings: (lake) => compareFirings(windows, lake) } : { firings: results }),
        late,
        sideOutputs: {},
        counts: {
          recordsIn,
          // Behind another key rows are counted, which are the final results before it.
          counted: again === undefined ? recordsIn - late.length : Number(counts?.['final']),
          late: late.length,
          deadLetters: 0,
          results: results.length,
          openWindows: Number(counts?.['openWindows']),
        },
      };
    });
}

/** Each with what came to it, where it may have been corrected. */
function firedWindows(results: readonly Row[], came: readonly Row[]): FiredWindow[] {
  const placeOf = ({ key, windowStartMs }: Row): string => JSON.stringify([key, windowStartMs]);
  const byWindow = Map.groupBy(came, placeOf);
  const cameOf = ({ delays, distances, atLeast }: Row): Came => ({
    delays: JSON.parse(String(delays)) as number[],
    distances: JSON.parse(String(distances)) as number[],
    atLeast: Number(atLeast),
  });
  return results.map((result) => {
    const rows = byWindow.get(placeOf(result));
    return rows === undefined ? { result } : { result, came: rows.map(cameOf) };
  });
}

const DELAYS = ['departures', 'delayed', 'meanDelayMin', 'maxDelayMin'];

export const destinationsReference = rekeyedFlights({
  exchange: 'by-destination',
  partitionKey: 'origin',
  key: 'destination',
  receivers: 4,
  sizeMs: HOUR_MS,
  allowedLatenessMs: 3 * HOUR_MS,
  columns: [...DELAYS, 'totalDistanceMiles'],
});

/** Two sources, of which the second has no partition key and waits for half an hour longer. */
export const inboundReference = rekeyedFlights({
  exchange: 'by-destination',
  source: "CASE WHEN distance >= 1000 THEN 'long-haul' ELSE 'short-haul' END",
  boundMs: "CASE source WHEN 'long-haul' THEN 5400000 ELSE 3600000 END",
  partitionKey: "CASE source WHEN 'long-haul' THEN place::VARCHAR ELSE origin END",
  key: 'destination',
  receivers: 4,
  sizeMs: HOUR_MS,
  allowedLatenessMs: 3 * HOUR_MS,
  columns: [...DELAYS, 'totalDistanceMiles'],
});

/** Two fields: each with its length before it. Partition keys follow from the position of a record alone. */
const ROUTES = {
  exchange: 'by-origin-destination',
  partitionKey: 'place::VARCHAR',
  key: "length(origin) || ':' || origin || length(destination) || ':' || destination",
  receivers: 4,
};

export const routesReference = rekeyedFlights({
  ...ROUTES,
  sizeMs: 24 * HOUR_MS,
  allowedLatenessMs: HOUR_MS,
  columns: ['origin', 'destination', ...DELAYS],
});

export const hourlyRoutesReference = rekeyedFlights({
  ...ROUTES,
  sizeMs: HOUR_MS,
  allowedLatenessMs: 3 * HOUR_MS,
  columns: ['origin', 'destination', ...DELAYS, 'totalDistanceMiles'],
});

export const totalsReference = rekeyedFlights({
  exchange: 'all',
  partitionKey: 'origin',
  key: "'all'",
  receivers: 1,
  sizeMs: HOUR_MS,
  allowedLatenessMs: 3 * HOUR_MS,
  columns: [...DELAYS, 'totalDistanceMiles'],
});

/** No exchange in the middle holds a final count back: all of an hour's have come once that hour has closed everywhere. */
export const busiestReference = rekeyedFlights({
  exchange: 'by-destination',
  partitionKey: 'origin',
  key: 'destination',
  receivers: 4,
  sizeMs: HOUR_MS,
  allowedLatenessMs: 3 * HOUR_MS,
  columns: [],
  again: {
    results: `SELECT 'all' AS key, windowStartMs, windowEndMs, count(*) AS airports,
        to_json(list({arrivals: departures, destination: key} ORDER BY departures DESC, key)[1:10])::VARCHAR AS busiest
      FROM final_windows GROUP BY windowStartMs, windowEndMs`,
  },
});
