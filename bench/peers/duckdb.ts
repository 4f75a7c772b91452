import type { DuckDBConnection } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../../test/verify/compare.ts';
import { rowsOf, sqlText } from '../../test/verify/duckdb.ts';

const QUERY = readFileSync(join(import.meta.dirname, 'flights.sql'), 'utf8');

/** DuckDB with one thread, over the lines of a file. */
export class DuckdbPeer {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async over(connection: DuckDBConnection, lines: string): Promise<DuckdbPeer> {
    await connection.run('SET threads = 1');
    await connection.run(`SET VARIABLE lines = ${sqlText(lines)}`);
    return new DuckdbPeer(connection);
  }

  async version(): Promise<string> {
    const [row] = await rowsOf(this.#connection, 'SELECT version() AS version');
    return String(row?.['version']);
  }

  /** @returns how many windows have fired */
  async run(): Promise<number> {
    await this.#connection.run(QUERY);
    const [row] = await rowsOf(this.#connection, 'SELECT count(*) AS windows FROM windows');
    return Number(row?.['windows']);
  }

  /** The newest firing of each window of the run before. */
  results(): Promise<Row[]> {
    return rowsOf(this.#connection, 'FROM windows');
  }
}
