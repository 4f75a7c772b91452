/** What DuckDB says of a query: it knows nothing of windows, keys or shards. */
import { rowsOf, sqlText, withDuckdb } from '../../verify/duckdb.ts';
import type { Bid, Query } from './query.ts';

const TABLE = `
  CREATE TABLE bid AS
  SELECT *, date_time::TIMESTAMP AS time
  FROM (
    SELECT unnest(from_json(getvariable('bids'), '[{
      "auction": "BIGINT", "bidder": "BIGINT", "price": "BIGINT", "channel": "VARCHAR", "url": "VARCHAR",
      "date_time": "VARCHAR", "extra": "VARCHAR"
    }]'), recursive := true)
  )`;
const TEXT_OF = `
  CREATE MACRO text_of(ms) AS replace(strftime(make_timestamp(ms * 1000), '%Y-%m-%d %H:%M:%S.%g'), '.000', '')`;

/** Rows of each query, by its name. */
export function referenceOf(
  bids: readonly Bid[],
  queries: readonly Query[],
): Promise<Map<string, ReadonlyArray<readonly unknown[]>>> {
  return withDuckdb(async (connection) => {
    await connection.run(`SET VARIABLE bids = ${sqlText(JSON.stringify(bids))}`);
    await connection.run(TABLE);
    await connection.run(TEXT_OF);
    const rows = new Map<string, ReadonlyArray<readonly unknown[]>>();
    for (const { name, sql } of queries)
      rows.set(
        name,
        (await rowsOf(connection, sql)).map((row) => Object.values(row)),
      );
    return rows;
  });
}
