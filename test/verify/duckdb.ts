import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Row } from './compare.ts';

/** Gives work a database of its own, in memory. */
export async function withDuckdb<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const duckdb = await DuckDBInstance.create(':memory:');
  const connection = await duckdb.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
    duckdb.closeSync();
  }
}

/** Whole numbers come as big integers; all of ours are exact as doubles, or the comparison must fail. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJS();
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)])));
}

/** @example sqlText("it's") // "'it''s'" */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function plain(name: string, value: unknown): number | string | null {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value !== 'bigint' || !Number.isSafeInteger(Number(value)))
    throw new Error(`${name} must be NULL, text or a number that a double holds, got ${String(value)}`);
  return Number(value);
}
