import { describe, expect, it } from '@jest/globals';
import { ByteReader, ByteWriter } from '../../engine/codec/bytes.ts';
import { sql } from '../../sql/index.ts';
import { countingDistinct, TOO_MANY } from '../../sql/plan/counting-distinct.ts';
import { keyTextOf, valueOfKey } from '../../sql/plan/key-texts.ts';
import { PipelineTest } from '../../testing/index.ts';
import { query, READINGS } from './texts.ts';

async function valuesOf(text: string, records: readonly unknown[]) {
  const test = new PipelineTest(sql('readings', text));
  await test.put(...records);
  await test.finish();
  expect(test.deadLetters).toEqual([]);
  return test.results.map(({ values }) => values);
}

describe('a group of SQL', () => {
  it('may be of NULL or of the empty text, each of its own', async () => {
    const rooms = [null, '', 'N', '\\N', '\\E', null, undefined];
    const values = await valuesOf(
      query('r STRING, c BIGINT', 'room, COUNT(*)', { keys: 'room' }),
      rooms.map((room, i) => ({ sensor: 'a', room, ts: i })),
    );
    expect(values).toHaveLength(5);
    expect(values).toEqual(
      expect.arrayContaining([
        { r: null, c: 3 },
        { r: '', c: 1 },
        { r: 'N', c: 1 },
        { r: '\\N', c: 1 },
        { r: '\\E', c: 1 },
      ]),
    );
  });

  it('may be of NULL in one of several columns, beside the partition key', async () => {
    const values = await valuesOf(query('s STRING, n INT, c BIGINT', 'sensor, n, COUNT(*)', { keys: 'n, sensor' }), [
      { sensor: 'a', ts: 1 },
      { sensor: 'a', ts: 2, n: 0 },
      { sensor: 'a', ts: 3, n: null },
    ]);
    expect(values).toHaveLength(2);
    expect(values).toEqual(
      expect.arrayContaining([
        { s: 'a', n: null, c: 2 },
        { s: 'a', n: 0, c: 1 },
      ]),
    );
  });

  it('has a key that the value is read back from, whatever it is', () => {
    for (const text of ['', 'a', '\\', '\\\\N', '\\N', '\\E', 'N'])
      expect(valueOfKey(keyTextOf(text) as string, 'STRING')).toBe(text);
    expect([keyTextOf(null), keyTextOf(7)].map((key) => valueOfKey(String(key), 'INT'))).toEqual([null, 7]);
  });

  it('may have its window in GROUP BY', async () => {
    const records = [1, 6, 30].map((ts) => ({ sensor: 'a', ts, n: ts }));
    const of = async (windows: string, items: string) =>
      (
        await valuesOf(
          `${READINGS} CREATE TABLE results (c BIGINT, f TIMESTAMP(3), t TIMESTAMP(3)) WITH ('connector' = 'result-table');
          INSERT INTO results SELECT COUNT(*), ${items} FROM readings WHERE n > 0 GROUP BY sensor, ${windows}`,
          records,
        )
      ).map((values) => Object.values(values as object));
    const [five, ten] = ["INTERVAL '0.005' SECOND", "INTERVAL '0.010' SECOND"];
    expect(await of(`TUMBLE(ts, ${ten})`, `TUMBLE_START(ts, ${ten}), tumble_end(ts, ${ten})`)).toEqual([
      [2, 0, 10],
      [1, 30, 40],
    ]);
    expect(await of(`SESSION(ts, ${ten})`, `SESSION_START(ts, ${ten}), SESSION_END(ts, ${ten})`)).toEqual([
      [2, 1, 16],
      [1, 30, 40],
    ]);
    expect(
      await of(`HOP(ts, ${five}, ${ten})`, `HOP_START(ts, ${five}, ${ten}), HOP_END(ts, ${five}, ${ten})`),
    ).toEqual([
      [1, -5, 5],
      [2, 0, 10],
      [1, 5, 15],
      [1, 25, 35],
      [1, 30, 40],
    ]);
  });

  it('may have windows with an offset, below 0 too', async () => {
    const of = (offset: string) =>
      valuesOf(
        query('f TIMESTAMP(3), c BIGINT', 'window_start, COUNT(*)', {
          from: `TABLE(TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '${offset}' SECOND))`,
        }),
        [{ sensor: 'a', ts: 500 }],
      );
    expect(await of('1')).toEqual([{ f: -9_000, c: 1 }]);
    expect(await of('-1')).toEqual([{ f: -1_000, c: 1 }]);
  });

  it('gives a SUM of INT to a column of INT, and a dead letter for one that is larger', async () => {
    const test = new PipelineTest(sql('readings', query('s INT', 'SUM(n)')));
    await test.put(
      { sensor: 'a', ts: 1, n: 2 ** 31 - 1 },
      { sensor: 'b', ts: 1, n: 2 ** 31 - 1 },
      { sensor: 'b', ts: 2, n: 1 },
    );
    await test.finish();
    expect(test.results.map(({ values }) => values)).toEqual([{ s: 2 ** 31 - 1 }]);
    expect(test.deadLetters.map(({ code }) => code)).toEqual(['RESULT_FAILED']);
  });
});

describe('results of SQL', () => {
  it('may have the primary key that they have anyway', async () => {
    const columns = 's STRING, e TIMESTAMP(3), r STRING, c BIGINT, CONSTRAINT k PRIMARY KEY (r, e, s) NOT ENFORCED';
    const text = query(columns, 'sensor, window_end, UPPER(room), COUNT(*)', { keys: 'sensor, UPPER(room)' });
    expect(await valuesOf(text, [{ sensor: 'a', room: 'x', ts: 1 }])).toEqual([{ s: 'a', e: 10, r: 'X', c: 1 }]);
  });

  it('are corrected by late records for as long as SET says', async () => {
    const of = async (set: string) => {
      const test = new PipelineTest(sql('readings', `${set} ${query('c BIGINT', 'COUNT(*)')}`));
      for (const ts of [1, 1_009, 2]) await test.put({ sensor: 'a', ts });
      await test.finish();
      return [
        test.results.filter(({ windowStartMs }) => windowStartMs === 0).map(({ values }) => values),
        test.lateRecords.length,
      ];
    };
    expect(await of('')).toEqual([[{ c: 1 }], 1]);
    expect(await of("SET 'tidemark.allowed-lateness' = '1001 ms';")).toEqual([[{ c: 2 }], 0]);
    expect(await of("SET 'tidemark.allowed-lateness' = '1s';")).toEqual([[{ c: 1 }], 1]);
  });
});

describe('COUNT(DISTINCT x)', () => {
  it('counts each value once, and no NULL, in windows that are made of parts too', async () => {
    const records = [1, 2, 3, 4, 5, 6, 7].map((ts) => ({
      sensor: 'a',
      ts,
      n: ts % 3 === 0 ? null : ts % 2,
      room: 'x',
    }));
    const text = (from?: string) =>
      query(
        'd BIGINT, f BIGINT, r BIGINT',
        'COUNT(DISTINCT n), COUNT(DISTINCT n) FILTER (WHERE n > 0), COUNT(DISTINCT room)',
        from === undefined ? {} : { from },
      );
    expect(await valuesOf(text(), records)).toEqual([{ d: 2, f: 1, r: 1 }]);
    const hop = "TABLE(HOP(TABLE readings, DESCRIPTOR(ts), INTERVAL '0.002' SECOND, INTERVAL '0.010' SECOND))";
    expect(await valuesOf(text(hop), records)).toContainEqual({ d: 2, f: 1, r: 1 });
  });

  it('makes a dead letter of a result with more different values than it holds, in whatever order they come', async () => {
    const test = new PipelineTest(sql('readings', query('d BIGINT', 'COUNT(DISTINCT n)')));
    const put = (sensor: string, n: number) =>
      test.put(...Array.from({ length: n }, (_, i) => ({ sensor, ts: 1, n: (i * 7_919) % n })));
    await put('a', 1_000);
    await put('b', 1_001);
    await test.finish();
    expect(test.results.map(({ key, values }) => [key, values])).toEqual([['a', { d: 1_000 }]]);
    expect(test.deadLetters.map(({ code }) => code)).toEqual(['RESULT_FAILED']);
  });

  it('keeps the same however the values are parted, and through its stored form', () => {
    const { init, add, merge, result, write, read } = countingDistinct;
    const of = (values: ReadonlyArray<string | number>) => values.reduce((all, value) => add(all, value), init());
    const values = ['b', 'a', '\ud800', '', 'b', '\ufffd'];
    const whole = of(values);
    expect(result(whole)).toBe(5);
    expect(merge(of(values.slice(3)), of(values.slice(0, 3)))).toEqual(whole);
    const tooMany = of(['a'.repeat(9_000), 'b'.repeat(9_000)]);
    expect(result(merge(whole, tooMany))).toBe(TOO_MANY);
    for (const one of [init(), whole, tooMany]) {
      const writer = new ByteWriter();
      write(writer, one);
      const reader = new ByteReader(writer.finish());
      expect(read(reader)).toEqual(one);
      expect(reader.atEnd).toBe(true);
    }
  });
});

describe('a query without a window', () => {
  const rows = (select: string, columns: string) =>
    `${READINGS} CREATE TABLE results (${columns}) WITH ('connector' = 'result-table'); INSERT INTO results ${select}`;

  it('gives a result for each record that passes, late or without a time, in the order of its key', async () => {
    const text = rows(
      'SELECT sensor, 2 * n, ts FROM (SELECT * FROM readings WHERE n > 0) r WHERE r.ok',
      's STRING, n INT, t TIMESTAMP(3)',
    );
    const values = await valuesOf(text, [
      { sensor: 'a', n: 1, ok: true, ts: 5 },
      { sensor: 'a', n: 2, ok: true, ts: 1 },
      { sensor: 'a', n: 2, ok: true, ts: 1 },
      { sensor: 'a', n: 0, ok: true, ts: 6 },
      { sensor: 'a', n: 3, ok: null, ts: 6 },
      { sensor: 'a', n: 4, ok: true },
    ]);
    expect(values).toEqual([
      { s: 'a', n: 2, t: 5 },
      { s: 'a', n: 4, t: 1 },
      { s: 'a', n: 4, t: 1 },
      { s: 'a', n: 8, t: null },
    ]);
  });

  it('has all columns in the order in which they were declared', async () => {
    const text = rows('SELECT * FROM readings', 'a STRING, b INT, c STRING').replace(
      / {2}sensor[^]*AS ts/,
      'sensor STRING, n AS 7, room STRING',
    );
    expect(await valuesOf(text, [{ sensor: 'a', room: 'x' }])).toEqual([{ a: 'a', b: 7, c: 'x' }]);
    const plan = () => sql('readings', text.replace('room STRING', 'room STRING, f FLOAT'));
    expect(plan).toThrow('* with the type FLOAT is not there yet');
  });

  it('makes a dead letter of a record that its expressions fail with, and goes on', async () => {
    const test = new PipelineTest(sql('readings', rows('SELECT 10 / n FROM readings', 'n INT')));
    await test.put(...[0, 5].map((n) => ({ sensor: 'a', n })));
    expect(test.results.map(({ values }) => values)).toEqual([{ n: 2 }]);
    expect(test.deadLetters.map(({ code }) => code)).toEqual(['SQL_DIVISION_BY_ZERO']);
  });

  it.each<[string, string, string]>([
    [
      'without a partition key',
      rows('SELECT n FROM readings', 'n INT').replace("'partition-key' = 'sensor', ", ''),
      "'partition-key'",
    ],
    [
      'with a primary key',
      rows('SELECT n FROM readings', 'n INT, PRIMARY KEY (n) NOT ENFORCED'),
      'a PRIMARY KEY of results',
    ],
    [
      'with an allowed lateness',
      `SET 'tidemark.allowed-lateness' = '1 h'; ${rows('SELECT n FROM readings', 'n INT')}`,
      'leave SET out',
    ],
    ['with an aggregate', rows('SELECT COUNT(*) FROM readings', 'n BIGINT'), 'got the aggregate COUNT'],
    ['with HAVING', rows('SELECT n FROM readings HAVING n > 1', 'n INT'), 'a window without each other'],
    ['with GROUP BY', rows('SELECT n FROM readings GROUP BY n', 'n INT'), 'a window without each other'],
    ['of other columns', rows('SELECT n, n FROM readings', 'n INT'), 'expected 1 columns for results, got 2'],
  ])('is refused %s', (_, text, says) => {
    expect(() => sql('readings', text)).toThrow(says);
  });
});

describe('a table of SQL', () => {
  it('may have columns of other types and of the clock, which nothing reads, and texts of a length', async () => {
    const text = query('k STRING, c VARCHAR(9)', 'sensor, CAST(COUNT(*) AS VARCHAR)').replace(
      'room STRING, n INT',
      'room CHAR(2) NOT NULL, n DECIMAL(10, 2), `f` FLOAT, p AS PROCTIME()',
    );
    expect(await valuesOf(text, [{ sensor: 'a', ts: 1, room: 'long', n: 'x' }])).toEqual([{ k: 'a', c: '1' }]);
  });

  it('may have its time from a text', async () => {
    const text = query('f TIMESTAMP(3)', 'window_start').replace(
      'ts TIMESTAMP(3)',
      'at STRING, ts AS TO_TIMESTAMP(at)',
    );
    const test = new PipelineTest(sql('readings', text));
    await test.put({ sensor: 'a', at: '1970-01-01 00:00:01' }, { sensor: 'a', at: 'now' });
    await test.finish();
    expect(test.results.map(({ values }) => values)).toEqual([{ f: 1_000 }]);
    expect(test.deadLetters).toHaveLength(1);
  });
});
