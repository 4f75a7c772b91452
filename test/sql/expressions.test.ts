import { describe, expect, it } from '@jest/globals';
import { bound, evaluate } from './evaluate.ts';

describe('expressions of SQL', () => {
  // The examples of Flink's documentation of its functions, and its truth tables.
  it.each<[string, unknown]>([
    ['12 BETWEEN 15 AND 12', false],
    ['12 BETWEEN SYMMETRIC 15 AND 12', true],
    ['12 BETWEEN 10 AND NULL', null],
    ['12 BETWEEN NULL AND 10', false],
    ['12 NOT BETWEEN 15 AND 12', true],
    ['12 NOT BETWEEN SYMMETRIC 12 AND 15', false],
    ['12 NOT BETWEEN NULL AND 15', null],
    ['12 NOT BETWEEN 15 AND NULL', true],
    ["CONCAT('AA', 'BB', 'CC')", 'AABBCC'],
    ["CONCAT_WS('~', 'AA', NULL, 'BB', '', 'CC')", 'AA~BB~~CC'],
    ["LPAD('hi', 4, '??')", '??hi'],
    ["LPAD('hi', 1, '??')", 'h'],
    ["RPAD('hi', 4, '??')", 'hi??'],
    ["RPAD('hi', 1, '??')", 'h'],
    ["REPLACE('hello world', 'world', 'flink')", 'hello flink'],
    ["REPLACE('ababab', 'abab', 'z')", 'zab'],
    ["REPEAT('This is a test String.', 2)", 'This is a test String.This is a test String.'],
    ["LTRIM(' This is a test String.')", 'This is a test String.'],
    ["RTRIM('This is a test String. ')", 'This is a test String.'],
    ['COALESCE(NULL, 5)', 5],
    ['NULLIF(5, 5)', null],
    ['NULLIF(5, 0)', 5],
    ['IF(5 > 3, 5, 3)', 5],
    ["CAST('42' AS INT)", 42],
    ['CAST(NULL AS STRING)', null],
    ["TRY_CAST('non-number' AS INT)", null],
    ["COALESCE(TRY_CAST('non-number' AS INT), 0)", 0],
    ['NULL AND FALSE', false],
    ['NULL OR TRUE', true],
    ['NOT CAST(NULL AS BOOLEAN)', null],
    ['NULL IN (1, 2)', null],
    ['1 NOT IN (2, NULL)', null],
    ['1 IN (1, NULL)', true],
    ['(NULL = 1) IS UNKNOWN', true],
  ])('%s is %p', (text, expected) => {
    expect(evaluate(text)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['1 + 2 * 3 - -4', 11],
    ['-7 / 2', -3],
    ['-7 % 3', -1],
    ['2 > 1 AND NOT 1 > 2 OR FALSE', true],
    ["'a' || 'b' = 'ab'", true],
    ['CAST(7 AS DOUBLE) / 2', 3.5],
    ['CAST(1 AS DOUBLE) * 1.5', 1.5],
    ['CAST(1E0 AS STRING)', '1.0'],
    ['CAST(1.5E10 AS STRING)', '1.5E10'],
    ["CAST(TIMESTAMP '2001-02-03 04:05:06' + INTERVAL '1' DAY AS STRING)", '2001-02-04 04:05:06.000'],
    ["'50%' LIKE '50!%' ESCAPE '!'", true],
    ["'aXbXc' LIKE '%X_'", true],
    ["CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", 'b'],
    ["SUBSTRING('flink' FROM 2 FOR 3)", 'lin'],
    ["POSITION('in' IN 'flink')", 3],
    ["CHAR_LENGTH('\u{1F600}a')", 2],
    ["'\uFF00' < '\u{1F600}'", true],
    ['-2147483648', -2147483648],
  ])('%s is %p', (text, expected) => {
    expect(evaluate(text)).toBe(expected);
  });

  it.each([
    ['2147483647 + 1', 'SQL_NUMBER_TOO_LARGE'],
    ['9007199254740991 * 2', 'SQL_NUMBER_TOO_LARGE'],
    ['CAST(1E300 AS BIGINT)', 'SQL_NUMBER_TOO_LARGE'],
    ["CAST('x' AS INT)", 'SQL_CAST_FAILED'],
    ['1 / 0', 'SQL_DIVISION_BY_ZERO'],
  ])('%s is refused and never wrapped around', (text, code) => {
    expect(() => evaluate(text)).toThrow(expect.objectContaining({ code, kind: 'data' }) as never);
  });

  it.each([
    ['1 = TRUE', 'SQL_TYPE', 'INT and BOOLEAN'],
    ["1 + 'a'", 'SQL_TYPE', 'INT and STRING'],
    ['0.1 + 1', 'SQL_UNSUPPORTED', 'DECIMAL'],
    ["UPER('a')", 'SQL_UNKNOWN_NAME', 'write UPPER'],
    ['colour = 1', 'SQL_UNKNOWN_NAME', 'write color'],
    ['9007199254740993', 'SQL_UNSUPPORTED', '2^53'],
    ["CASE WHEN TRUE THEN 1 ELSE 'a' END", 'SQL_TYPE', 'INT and STRING'],
    ["'a' LIKE 'b\\%'", 'SQL_INVALID', 'ESCAPE'],
  ])('refuses %s at plan time', (text, code, says) => {
    expect(() => bound(text, { color: 'INT' })).toThrow(expect.objectContaining({ code, kind: 'invalid' }) as never);
    expect(() => bound(text, { color: 'INT' })).toThrow(says);
  });
});
