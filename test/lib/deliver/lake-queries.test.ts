import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { deadLetterLine, lateLine, resultLine } from '../../../adapters/shared/lines.ts';
import { DEAD_LETTER_COLUMNS, LATE_COLUMNS, resultColumns } from '../../../lib/deliver/lake-columns.ts';
import type { LakeColumn } from '../../../lib/deliver/lake-columns.ts';
import { savedQueries } from '../../../lib/deliver/lake-queries.ts';
import { sampleDeadLetter, sampleLate, sampleRow } from '../../support/samples.ts';
import { orders } from '../synthesize.ts';

const columns = resultColumns({ results: { ...orders.results, columns: orders.results.columns.slice(0, 1) } });
const queries = savedQueries(columns);
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create();
  connection = await instance.connect();
  // The functions of Athena that DuckDB calls otherwise, or need not call.
  await connection.run('CREATE MACRO date_format(moment, format) AS strftime(moment, format)');
  await connection.run('CREATE MACRO to_utf8(text) AS text');
  await connection.run('CREATE MACRO to_hex(digest) AS upper(digest)');
  await createTable('results', columns);
  await createTable('late', LATE_COLUMNS);
  await createTable('dead_letters', DEAD_LETTER_COLUMNS);
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const sqlTypes = { string: 'VARCHAR', double: 'DOUBLE', bigint: 'BIGINT', boolean: 'BOOLEAN' };
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

async function createTable(name: string, of: readonly LakeColumn[]): Promise<void> {
  await connection.run(
    `CREATE TABLE ${name} (${of.map((column) => `"${column.name}" ${sqlTypes[column.type]}`).join(', ')}, "day" VARCHAR)`,
  );
}

async function insert(table: string, line: string, daysAgo = 0): Promise<void> {
  const fields = Object.entries(JSON.parse(line) as Record<string, unknown>);
  const names = fields.map(([name]) => `"${name.toLowerCase()}"`).join(', ');
  const values = fields.map(([, value]) => quoted(String(value))).join(', ');
  await connection.run(
    `INSERT INTO ${table} (${names}, "day") VALUES (${values}, strftime(current_date - interval ${daysAgo} day, '%Y-%m-%d'))`,
  );
}

async function ask(index: number): Promise<Array<Record<string, unknown>>> {
  const reader = await connection.runAndReadAll(queries[index]?.sql ?? '');
  return reader.getRowObjectsJson();
}

describe('the saved queries', () => {
  it('drop repeats: by the newest revision, and by id', async () => {
    const first = resultLine('orders', sampleRow('ATL', 0, 1, { purchases: 5 }), 0);
    const second = resultLine('orders', sampleRow('ATL', 0, 2, { purchases: 6 }), 0);
    const other = resultLine('orders', sampleRow('BOS', 0, 1, { purchases: 7 }), 0);
    for (const line of [first, second, first, other, second, other]) await insert('results', line);
    await insert('results', resultLine('orders', sampleRow('OLD', 0, 1, { purchases: 8 }), 0), 8);
    expect((await ask(0)).map(({ key, revision, purchases }) => [key, revision, purchases])).toEqual([
      ['ATL', '2', '6'],
      ['BOS', '1', '7'],
    ]);
    expect((await ask(1)).map(({ id }) => id)).toEqual([
      'orders/results/0-10/1/ATL',
      'orders/results/0-10/2/ATL',
      'orders/results/0-10/1/BOS',
    ]);
  });

  it('go by the newest log, then by the newest revision, and tell apart what two logs refused at one offset', async () => {
    const [before, after, corrected] = [
      [3, 30, 0],
      [1, 9, 5],
      [2, 8, 5],
    ] as const;
    for (const [revision, purchases, epochMs] of [after, corrected, before])
      await insert('results', resultLine('orders', sampleRow('ZRH', 0, revision, { purchases }), epochMs));
    expect(
      (await ask(0)).filter(({ key }) => key === 'ZRH').map(({ revision, purchases }) => [revision, purchases]),
    ).toEqual([['2', '8']]);
    expect(
      (await ask(1))
        .filter(({ key }) => key === 'ZRH')
        .map(({ purchases }) => purchases)
        .sort(),
    ).toEqual(['30', '8', '9']);
    for (const epochMs of [0, 5, 5]) await insert('late', lateLine('0', sampleLate(0n), epochMs), 3);
    expect((await ask(2)).map(({ what, records }) => [what, records])).toEqual([['late', '2']]);
    await connection.run('DELETE FROM late');
  });

  it('count what was refused by day and reason, each record once', async () => {
    for (const offset of [1n, 2n, 1n]) await insert('late', lateLine('shard', sampleLate(offset), 0));
    for (const offset of [3n, 3n]) await insert('dead_letters', deadLetterLine('shard', sampleDeadLetter(offset), 0));
    await insert(
      'dead_letters',
      deadLetterLine('shard', sampleDeadLetter(3n, { subSequence: 1, code: 'TOO_NEW' }), 0),
      1,
    );
    const rows = (await ask(2)).map(({ what, records }) => [what, records]);
    expect(rows).toEqual([
      ['TOO_NEW', '1'],
      ['NOT_JSON', '1'],
      ['late', '2'],
    ]);
  });

  it('count each firing that failed, and each result that a sink refused, though one record has led to all of them', async () => {
    await connection.run('DELETE FROM late; DELETE FROM dead_letters');
    const failed = (key: string) =>
      sampleDeadLetter(5n, { code: 'RESULT_FAILED', data: Buffer.from(`{"key":"${key}"}`) });
    const refusedBy = (sink: string) => sampleDeadLetter(5n, { code: 'RESULT_REFUSED', reason: `${sink} refuses it` });
    const letters = [failed('ATL'), failed('BOS'), failed('ATL'), refusedBy('stream'), refusedBy('topic')];
    for (const letter of letters) await insert('dead_letters', deadLetterLine('shard', letter, 0));
    const counted = (await ask(2)).map(({ what, records }) => [what, records]);
    expect(counted).toEqual([
      ['RESULT_FAILED', '2'],
      ['RESULT_REFUSED', '2'],
    ]);
  });

  it('ask for refused records only where the lake has no results', () => {
    expect(savedQueries(undefined).map(({ name }) => name)).toEqual(['Late records and dead letters of the last week']);
  });
});
