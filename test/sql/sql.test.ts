import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  count,
  countIf,
  hours,
  kinesis,
  mean,
  minutes,
  pipeline,
  resultTable,
  sum,
  tumbling,
} from '../../engine/index.ts';
import { explain } from '../../operate/explain/explain.ts';
import { Departure } from '../../pipelines/flights.ts';
import { sql } from '../../sql/index.ts';
import { PipelineTest } from '../../testing/index.ts';
import { query } from './texts.ts';

const busyAirports = sql('busy-airports', readFileSync('pipelines/busy-airports.sql', 'utf8'));

const sameInTypeScript = pipeline('busy-airports')
  .source(kinesis({ stream: 'departures-to-count', partitionKey: 'origin', schema: Departure }))
  .eventTime(({ date }) => date, { maxOutOfOrdernessMs: minutes(60) - 1 })
  .keyBy('origin')
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({
    flights: count(),
    delayed: countIf(({ delay }) => delay >= 15, '15 minutes or more'),
    mean_delay: mean('delay'),
    miles: sum('distance'),
  })
  .to(resultTable());

/** Seeded by index: a day of departures of nine airports, most of them out of order. */
const departures = Array.from({ length: 600 }, (_, i) => ({
  date: new Date(((i * 7_919) % 1_440) * 60_000 + i * 97).toISOString(),
  delay: ((i * 31) % 90) - 20,
  distance: 100 + ((i * 53) % 2_000),
  origin: `AP${i % 9}`,
  destination: `AP${(i * 5) % 9}`,
})).sort((a, b) => Date.parse(a.date) + a.delay * 240_000 - Date.parse(b.date) - b.delay * 240_000);

async function runOf(text: string, records: readonly unknown[]) {
  const test = new PipelineTest(sql('readings', text));
  await test.put(...records);
  await test.finish();
  return test;
}

describe('a pipeline in SQL', () => {
  it('gives the results, late records and windows of the same pipeline in TypeScript', async () => {
    const [inSql, inTypeScript] = [new PipelineTest(busyAirports), new PipelineTest(sameInTypeScript)];
    for (const test of [inSql, inTypeScript]) {
      for (let i = 0; i < departures.length; i += 50) await test.put(...departures.slice(i, i + 50));
      await test.finish();
    }
    expect(inSql.results.length).toBeGreaterThan(100);
    expect(inSql.lateRecords.length).toBeGreaterThan(20);
    const expected = inTypeScript.results.map((row) => ({
      ...row,
      values: { origin: row.key, window_start: row.windowStartMs, ...row.values },
    }));
    expect(inSql.results).toEqual(expected);
    expect(inSql.lateRecords.map(({ text }) => text)).toEqual(inTypeScript.lateRecords.map(({ text }) => text));
    expect(inSql.deadLetters).toEqual([]);
  });

  it('needs no exchange for the partition key, and shows its expressions in explain', () => {
    expect(busyAirports.fragments).toHaveLength(1);
    expect(JSON.stringify(explain(busyAirports))).toContain('count() filter (`delay` >= 15)');
  });

  it('fires a window when the watermark comes to its last millisecond, as Flink does', async () => {
    const test = new PipelineTest(sql('readings', query('n BIGINT', 'COUNT(*)')));
    await test.put({ sensor: 'a', ts: 8 });
    expect(test.results).toEqual([]);
    await test.put({ sensor: 'a', ts: 9 });
    expect(test.results).toMatchObject([{ key: 'a', windowStartMs: 0, windowEndMs: 10, values: { n: 2 } }]);
    await test.put({ sensor: 'a', ts: 9 });
    expect(test.lateRecords).toHaveLength(1);
  });

  it('passes over NULL in aggregates but for COUNT(*), and gives NULL for a sum of nothing', async () => {
    const items = 'COUNT(*), COUNT(n), SUM(n), AVG(n), MIN(x), MAX(n) FILTER (WHERE ok)';
    const columns = 'a BIGINT, c BIGINT, s BIGINT, m INT, least DOUBLE, most INT';
    const { results } = await runOf(query(columns, items), [
      { sensor: 'a', ts: 1, n: 5, ok: true },
      { sensor: 'a', ts: 2, n: -12, ok: false },
      { sensor: 'a', ts: 3 },
      { sensor: 'b', ts: 3, x: 2.5 },
    ]);
    expect(results.map(({ values }) => values)).toEqual([
      { a: 3, c: 2, s: -7, m: -3, least: null, most: 5 },
      { a: 1, c: 0, s: null, m: null, least: 2.5, most: null },
    ]);
  });

  it('filters records by WHERE and results by HAVING: unknown is not true', async () => {
    const text = query('k STRING, s BIGINT', 'sensor, SUM(n) + 1', {
      where: 'WHERE n > 0 OR ok',
      having: 'HAVING COUNT(*) > 1 AND MAX(n) < 9',
    });
    const { results } = await runOf(text, [
      { sensor: 'a', ts: 1, n: 5 },
      { sensor: 'a', ts: 2, ok: true },
      { sensor: 'a', ts: 3 },
      { sensor: 'b', ts: 3, n: 1 },
      { sensor: 'c', ts: 3, n: 3 },
      { sensor: 'c', ts: 3, n: 9 },
    ]);
    expect(results.map(({ values }) => values)).toEqual([{ k: 'a', s: 6 }]);
  });

  it('groups by expressions and numbers through an exchange, and by nothing', async () => {
    const records = [
      { sensor: 'a', room: 'x', ts: 1, n: 12 },
      { sensor: 'b', room: 'X', ts: 2, n: 12 },
      { sensor: 'b', room: 'y', ts: 2, n: 3 },
    ];
    const grouped = await runOf(
      query('r STRING, n INT, c BIGINT', 'UPPER(room), n, COUNT(*)', { keys: 'UPPER(room), n' }),
      records,
    );
    expect(grouped.results.map(({ values }) => values)).toEqual(
      expect.arrayContaining([
        { r: 'X', n: 12, c: 2 },
        { r: 'Y', n: 3, c: 1 },
      ]),
    );
    const all = await runOf(query('c BIGINT', 'COUNT(*)', { keys: '' }), records);
    expect(all.results.map(({ values }) => values)).toEqual([{ c: 3 }]);
  });

  it('has hopping and session windows', async () => {
    const records = [1, 6, 30].map((ts) => ({ sensor: 'a', ts, n: ts }));
    const of = async (from: string) => {
      const { results } = await runOf(query('c BIGINT', 'COUNT(*)', { from }), records);
      return results.map(({ windowStartMs, windowEndMs, values }) => [
        windowStartMs,
        windowEndMs,
        (values as { c: number }).c,
      ]);
    };
    expect(
      await of("TABLE(HOP(TABLE readings, DESCRIPTOR(ts), INTERVAL '0.005' SECOND, INTERVAL '0.010' SECOND))"),
    ).toEqual([
      [-5, 5, 1],
      [0, 10, 2],
      [5, 15, 1],
      [25, 35, 1],
      [30, 40, 1],
    ]);
    expect(
      await of("TABLE(SESSION(TABLE readings PARTITION BY sensor, DESCRIPTOR(ts), INTERVAL '0.010' SECOND))"),
    ).toEqual([
      [1, 16, 2],
      [30, 40, 1],
    ]);
  });

  it('reads views and computed columns', async () => {
    const text = query('k STRING, s BIGINT', 'sensor, SUM(twice)', {
      from: "TABLE(TUMBLE(TABLE doubled, DESCRIPTOR(ts), INTERVAL '0.010' SECOND))",
    }).replace(
      'CREATE TABLE results',
      'CREATE VIEW doubled AS SELECT sensor, ts, n * 2 AS twice FROM readings WHERE n > 1; CREATE TABLE results',
    );
    const { results } = await runOf(
      text,
      [1, 2, 3].map((n) => ({ sensor: 'a', ts: 1, n })),
    );
    expect(results.map(({ values }) => values)).toEqual([{ k: 'a', s: 10 }]);
  });

  it('never rounds a BIGINT: ids, results and sums beyond 2^53 become dead letters', async () => {
    const test = new PipelineTest(sql('readings', query('s BIGINT', 'SUM(big)')));
    await test.putText('{"sensor":"a","ts":1,"big":9007199254740993}', { partitionKey: 'a' });
    await test.put(
      { sensor: 'b', ts: 1, big: 2 ** 53 - 1 },
      { sensor: 'c', ts: 1, big: 2 ** 53 - 1 },
      { sensor: 'c', ts: 2, big: 2 },
    );
    await test.finish();
    expect(test.results.map(({ values }) => values)).toEqual([{ s: 2 ** 53 - 1 }]);
    expect(test.deadLetters.map(({ code }) => code).sort()).toEqual(['RESULT_FAILED', 'SCHEMA_MISMATCH']);
  });

  it('makes a dead letter of a record that divides by 0', async () => {
    const { deadLetters, results } = await runOf(query('s BIGINT', 'SUM(10 / n)'), [
      { sensor: 'a', ts: 1, n: 0 },
      { sensor: 'a', ts: 1, n: -3 },
    ]);
    expect(deadLetters).toMatchObject([{ code: 'SQL_DIVISION_BY_ZERO' }]);
    expect(results.map(({ values }) => values)).toEqual([{ s: -3 }]);
  });
});
