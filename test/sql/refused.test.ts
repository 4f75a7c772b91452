import { describe, expect, it } from '@jest/globals';
import { sql } from '../../sql/index.ts';
import { query, READINGS } from './texts.ts';

const RESULTS = "CREATE TABLE results (c BIGINT) WITH ('connector' = 'result-table');";
const one = (items: string, more: Parameters<typeof query>[2] = {}, columns = 'c BIGINT'): string =>
  query(columns, items, more);
const windows = (call: string): string => one('COUNT(*)', { from: `TABLE(${call})` });

describe('what SQL refuses', () => {
  it('says where, what was expected and what to write', () => {
    expect(() => sql('readings', one('COUNT(*), room', {}, 'c BIGINT, r STRING'))).toThrow(
      'expected GROUP BY columns, got "room" at 6:38; write GROUP BY … `room`, or an aggregate of it',
    );
  });

  it.each<[string, string, string, string]>([
    [
      'an unknown table',
      one('COUNT(*)', { from: "TABLE(TUMBLE(TABLE reading, DESCRIPTOR(ts), INTERVAL '1' HOUR))" }),
      'SQL_UNKNOWN_NAME',
      'write readings',
    ],
    ['an unknown column', one('SUM(bigg)'), 'SQL_UNKNOWN_NAME', 'write big'],
    ['an unknown function', one('SUM(ABSS(n))'), 'SQL_UNKNOWN_NAME', 'write ABS'],
    [
      'an unknown option',
      READINGS.replace('partition-key', 'partition.key'),
      'SQL_UNKNOWN_NAME',
      'write partition-key',
    ],
    ['an unknown connector', READINGS.replace("'kinesis'", "'kinesi'"), 'SQL_UNKNOWN_NAME', 'write kinesis'],
    ['an unknown type', READINGS.replace('n INT', 'n INTT'), 'SQL_UNKNOWN_NAME', 'write INT'],
    ['another format', READINGS.replace("'json'", "'avro'"), 'SQL_UNSUPPORTED', 'json'],
    [
      'what reads a column of a type that is not there',
      one('SUM(n)').replace('n INT', 'n DECIMAL(10, 2)'),
      'SQL_UNSUPPORTED',
      'the type DECIMAL, which "n" is, is not there yet',
    ],
    [
      'what reads a column of PROCTIME() through a view',
      one('MAX(p)', { from: "TABLE(TUMBLE(TABLE v, DESCRIPTOR(ts), INTERVAL '1' HOUR))" })
        .replace('ok BOOLEAN', 'ok BOOLEAN, p AS PROCTIME()')
        .replace('CREATE TABLE results', 'CREATE VIEW v AS SELECT * FROM readings; CREATE TABLE results'),
      'SQL_UNSUPPORTED',
      'PROCTIME(), which "p" is, is not there yet',
    ],
    [
      'a column of results of a type that is not there',
      one('COUNT(*)', {}, 'c FLOAT'),
      'SQL_UNSUPPORTED',
      'the type FLOAT is not there yet',
    ],
    ['a CAST that cuts a text off', one('COUNT(CAST(room AS VARCHAR(2)))'), 'SQL_UNSUPPORTED', 'write STRING'],
    ['a column that is there twice', one('COUNT(*)').replace('x DOUBLE', 'n FLOAT'), 'SQL_INVALID', 'once, got "n"'],
    [
      'the start of another window than that of GROUP BY',
      `${READINGS} CREATE TABLE results (t TIMESTAMP(3)) WITH ('connector' = 'result-table');
      INSERT INTO results SELECT TUMBLE_START(ts, INTERVAL '1' HOUR) FROM readings GROUP BY TUMBLE(ts, INTERVAL '2' HOUR)`,
      'SQL_INVALID',
      'expected the window of GROUP BY in TUMBLE_START, got another',
    ],
    [
      'a window in GROUP BY without its length',
      `${RESULTS} ${READINGS} INSERT INTO results SELECT COUNT(*) FROM readings GROUP BY HOP(ts, INTERVAL '2' HOUR)`,
      'SQL_INVALID',
      "write HOP(ts, INTERVAL '1' HOUR, INTERVAL '1' HOUR)",
    ],
    [
      'a name of a stream that no stream has',
      one('COUNT(*)').replace("'stream' = 'readings'", "'stream' = 'a b'"),
      'SQL_INVALID',
      'stream must be',
    ],
    [
      'a column of results with a reserved name',
      one('COUNT(*)', {}, '`key` BIGINT'),
      'SQL_INVALID',
      'choose another name',
    ],
    [
      'types that do not fit the results',
      one('COUNT(*)', {}, 'c STRING'),
      'SQL_TYPE',
      'expected STRING for the column c, got BIGINT',
    ],
    [
      'more columns than the results have',
      one('COUNT(*), COUNT(*)'),
      'SQL_TYPE',
      'expected 1 columns for results, got 2',
    ],
    [
      'a condition that is none',
      one('COUNT(*)', { where: 'WHERE n' }),
      'SQL_TYPE',
      'expected BOOLEAN for WHERE, got INT',
    ],
    [
      'an aggregate in WHERE',
      one('COUNT(*)', { where: 'WHERE COUNT(*) > 1' }),
      'SQL_INVALID',
      'got the aggregate COUNT',
    ],
    ['an aggregate in another', one('SUM(MAX(n))'), 'SQL_INVALID', 'got the aggregate MAX'],
    [
      'a group without a window',
      `${READINGS}${RESULTS}INSERT INTO results SELECT COUNT(*) FROM readings GROUP BY n;`,
      'SQL_UNSUPPORTED',
      'TUMBLE',
    ],
    [
      'a window that is not grouped by',
      one('COUNT(*)').replace('window_start, ', ''),
      'SQL_INVALID',
      'got no window_start',
    ],
    [
      'a table without a watermark',
      one('COUNT(*)').replace(',\n  WATERMARK FOR ts AS ts', ''),
      'SQL_INVALID',
      'write WATERMARK',
    ],
    [
      'windows over another column',
      one('COUNT(*)').replace('DESCRIPTOR(ts)', 'DESCRIPTOR(n)'),
      'SQL_INVALID',
      'WATERMARK in DESCRIPTOR',
    ],
    [
      'CUMULATE',
      windows("CUMULATE(TABLE readings, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY)"),
      'SQL_UNSUPPORTED',
      'CUMULATE',
    ],
    [
      'a hop that does not divide its size',
      windows("HOP(TABLE readings, DESCRIPTOR(ts), INTERVAL '2' HOUR, INTERVAL '3' HOUR)"),
      'SQL_INVALID',
      'multiple',
    ],
    [
      'sessions over all keys',
      windows("SESSION(TABLE readings, DESCRIPTOR(ts), INTERVAL '2' HOUR)"),
      'SQL_UNSUPPORTED',
      'write PARTITION BY `sensor`',
    ],
    ['a join', one('COUNT(*)').replace('GROUP BY', 'JOIN readings ON TRUE GROUP BY'), 'SQL_UNSUPPORTED', 'JOIN'],
    ['DISTINCT in another aggregate', one('SUM(DISTINCT n)'), 'SQL_UNSUPPORTED', 'SUM(DISTINCT …)'],
    ['DISTINCT of all columns', one('COUNT(DISTINCT *)'), 'SQL_SYNTAX', 'got "*"'],
    ['OVER', one('SUM(n) OVER (ORDER BY ts)'), 'SQL_UNSUPPORTED', 'OVER'],
    ['ORDER BY', `${one('COUNT(*)')} ORDER BY c`, 'SQL_UNSUPPORTED', 'ORDER BY'],
    ['MIN of texts', one('MIN(room)', {}, 'c STRING'), 'SQL_UNSUPPORTED', 'MIN of STRING'],
    [
      'another setting',
      `SET 'tidemark.allowed-latenes' = '1 h'; ${one('COUNT(*)')}`,
      'SQL_UNKNOWN_NAME',
      'write tidemark.allowed-lateness',
    ],
    [
      'a setting that is no length',
      `SET 'tidemark.allowed-lateness' = '1 year'; ${one('COUNT(*)')}`,
      'SQL_INVALID',
      'expected a length, got "1 year"',
    ],
    [
      'a setting twice',
      `SET 'tidemark.allowed-lateness' = '1 h'; SET 'tidemark.allowed-lateness' = '2 h'; ${one('COUNT(*)')}`,
      'SQL_INVALID',
      'once, got it twice',
    ],
    [
      'a setting behind the query',
      `${one('COUNT(*)')}; SET 'tidemark.allowed-lateness' = '1 h'`,
      'SQL_INVALID',
      'expected SET before INSERT INTO',
    ],
    [
      'a second INSERT',
      `${one('COUNT(*)')}; INSERT INTO results SELECT COUNT(*) FROM readings`,
      'SQL_UNSUPPORTED',
      'file of its own',
    ],
    ['names in double quotes', one('COUNT("n")'), 'SQL_SYNTAX', 'backticks'],
    [
      'a primary key that lacks what is not selected',
      one('COUNT(*)', {}, 'c BIGINT, PRIMARY KEY (c) NOT ENFORCED'),
      'SQL_INVALID',
      'add `sensor`, window_start to the SELECT, to the table and to the key',
    ],
    [
      'a primary key that lacks the window',
      one('sensor, window_end, COUNT(*)', {}, 's STRING, e TIMESTAMP(3), c BIGINT, PRIMARY KEY (s) NOT ENFORCED'),
      'SQL_INVALID',
      'got s at 5:59; write PRIMARY KEY (s, e) NOT ENFORCED',
    ],
    [
      'a primary key with more than the key',
      one('sensor, window_end, COUNT(*)', {}, 's STRING, e TIMESTAMP(3), c BIGINT, PRIMARY KEY (c, e, s) NOT ENFORCED'),
      'SQL_INVALID',
      'write PRIMARY KEY (s, e) NOT ENFORCED',
    ],
    [
      'a primary key of an unknown column',
      one('COUNT(*)', {}, 'cnt BIGINT, PRIMARY KEY (cn) NOT ENFORCED'),
      'SQL_UNKNOWN_NAME',
      'write cnt',
    ],
    [
      'a primary key that would be enforced',
      one('COUNT(*)', {}, 'c BIGINT, PRIMARY KEY (c)'),
      'SQL_SYNTAX',
      'write PRIMARY KEY (a, b) NOT ENFORCED',
    ],
    [
      'a primary key of a table that is read',
      one('COUNT(*)').replace('ok BOOLEAN', 'ok BOOLEAN, PRIMARY KEY (n) NOT ENFORCED'),
      'SQL_UNSUPPORTED',
      'a PRIMARY KEY of a table that is read',
    ],
  ])('%s', (_, text, code, says) => {
    const plan = () => sql('readings', text);
    expect(plan).toThrow(expect.objectContaining({ code, kind: 'invalid', name: 'SqlError' }) as never);
    expect(plan).toThrow(says);
    expect(plan).toThrow(/ at \d+:\d+; /);
  });
});
