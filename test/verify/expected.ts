import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedFile } from '../../local/inputs/embedded-file.ts';
import type { Row } from './compare.ts';
import { rowsOf, sqlText, withDuckdb } from './duckdb.ts';
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

const RESULT =
  'key, windowStartMs, windowEndMs, revision, departures, delayed, meanDelayMin, minDelayMin, maxDelayMin, totalDistanceMiles';
const lateColumns = (partition: string): string =>
  `"row", ${partition} AS partition, key, event_ms AS eventTimeMs, watermark_ms AS watermarkMs`;
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
  return withDuckdb(async (connection) => {
    const starts = shardStarts(shards).map((hash) => `'${hash}'`);
    await connection.run(`SET VARIABLE file = ${sqlText(embeddedFile('flights-3m.parquet'))}`);
    await connection.run(`SET VARIABLE records = ${records}`);
    await connection.run(`SET VARIABLE shard_starts = [${starts.join(', ')}]`);
    const keys = await rowsOf(connection, "SELECT DISTINCT origin FROM read_parquet(getvariable('file'))");
    const entries =
      partitionOf === undefined ? [] : keys.map(({ origin }) => `'${String(origin)}': ${partitionOf(String(origin))}`);
    await connection.run(`SET VARIABLE partition_of = MAP {${entries.join(', ')}}::MAP(VARCHAR, BIGINT)`);
    await connection.run(readFileSync(join(import.meta.dirname, 'expected.sql'), 'utf8'));
    const [counts] = await rowsOf(connection, `SELECT ${COUNTS}`);
    const [waiting] = await rowsOf(
      connection,
      'SELECT coalesce(sum(departures), 0)::BIGINT AS records FROM windows WHERE NOT fired',
    );
    return {
      results: await rowsOf(connection, `SELECT ${RESULT} FROM windows WHERE fired`),
      firings: await rowsOf(connection, `SELECT ${RESULT} FROM firings`),
      late: await rowsOf(
        connection,
        `SELECT ${lateColumns(partitionOf === undefined ? "format('shardId-{:012d}', shard)" : 'shard::VARCHAR')} FROM late`,
      ),
      counts: counts as unknown as Counts,
      waiting: Number(waiting?.['records']),
    };
  });
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
