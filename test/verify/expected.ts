import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Row } from './compare.ts';
import type { Counts } from './run.ts';

/** What DuckDB says of the first records of the parquet file. */
export interface Expected {
  /** Newest revision of each window that has fired. */
  readonly results: readonly Row[];
  /** Every firing. */
  readonly firings: readonly Row[];
  readonly late: readonly Row[];
  readonly counts: Counts;
  /** Records in windows that have not fired yet. */
  readonly waiting: number;
}

const RESULT = 'key, windowStartMs, windowEndMs, revision, departures, delayed, meanDelayMin, minDelayMin, maxDelayMin, totalDistanceMiles';
const lateColumns = (partition: string): string => `"row", ${partition} AS partition, key, event_ms AS eventTimeMs, watermark_ms AS watermarkMs`;
const COUNTS = `
  (SELECT count(*) FROM published) AS recordsIn, (SELECT count(*) FROM counted) AS counted, (SELECT count(*) FROM late) AS late,
  0 AS deadLetters, (SELECT count_if(fired) FROM windows) AS results, (SELECT count(*) FROM firings) AS firings,
  (SELECT count_if(open) FROM windows) AS openWindows`;

export interface ExpectedSettings {
  readonly records: number;
  /** Of the stream, or partitions of the topic. */
  readonly shards: number;
  /** The partition of a key in a topic. @default as a Kinesis stream parts its keys */
  readonly partitionOf?: (key: string) => number;
}

/** Runs expected.sql: nothing in it comes from the engine. */
export async function expectedOf({ records, shards, partitionOf }: ExpectedSettings): Promise<Expected> {
  const duckdb = await DuckDBInstance.create(':memory:');
  const connection = await duckdb.connect();
  try {
    const starts = shardStarts(shards).map((hash) => `'${hash}'`);
    await connection.run(`SET VARIABLE file = '${flightsParquet().replaceAll("'", "''")}'`);
    await connection.run(`SET VARIABLE records = ${records}`);
    await connection.run(`SET VARIABLE shard_starts = [${starts.join(', ')}]`);
    const keys = await rowsOf(connection, "SELECT DISTINCT origin FROM read_parquet(getvariable('file'))");
    const entries = partitionOf === undefined ? [] : keys.map(({ origin }) => `'${String(origin)}': ${partitionOf(String(origin))}`);
    await connection.run(`SET VARIABLE partition_of = MAP {${entries.join(', ')}}::MAP(VARCHAR, BIGINT)`);
    await connection.run(readFileSync(join(import.meta.dirname, 'expected.sql'), 'utf8'));
    const [counts] = await rowsOf(connection, `SELECT ${COUNTS}`);
    const [waiting] = await rowsOf(connection, 'SELECT coalesce(sum(departures), 0)::BIGINT AS records FROM windows WHERE NOT fired');
    return {
      results: await rowsOf(connection, `SELECT ${RESULT} FROM windows WHERE fired`),
      firings: await rowsOf(connection, `SELECT ${RESULT} FROM firings`),
      late: await rowsOf(connection, `SELECT ${lateColumns(partitionOf === undefined ? "format('shardId-{:012d}', shard)" : 'shard::VARCHAR')} FROM late`),
      counts: counts as unknown as Counts,
      waiting: Number(waiting?.['records']),
    };
  } finally {
    connection.closeSync();
    duckdb.closeSync();
  }
}

/**
 * The first hash of each shard of a new Kinesis stream: 2^128 in equal parts.
 *
 * @example shardStarts(2) // ['00000000000000000000000000000000', '80000000000000000000000000000000']
 */
export function shardStarts(shards: number): string[] {
  const size = 2n ** 128n / BigInt(shards);
  return Array.from({ length: shards }, (_, i) => (size * BigInt(i)).toString(16).padStart(32, '0'));
}

/** Whole numbers come as big integers; all of ours are exact as doubles, or the comparison must fail. */
async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJS();
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)])));
}

function plain(name: string, value: unknown): number | string {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value !== 'bigint' || !Number.isSafeInteger(Number(value))) throw new Error(`${name} must be text or a number that a double holds, got ${String(value)}`);
  return Number(value);
}

/** The package exports its module only: the data lies beside its folder. */
function flightsParquet(): string {
  const main = createRequire(join(import.meta.dirname, 'expected.ts')).resolve('vega-datasets');
  return join(dirname(main), '..', 'data', 'flights-3m.parquet');
}
