import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '../simulation/world/random.ts';
import { withDuckdb } from '../verify/duckdb.ts';
import { bound } from './evaluate.ts';
import type { Row } from '../../sql/types/sql-type.ts';

const SEED = Number(process.env['TIDEMARK_SEED'] ?? Date.now());
const EXPRESSIONS = 1_500;
const COLUMNS = { a: 'INT', b: 'INT', s: 'STRING', t: 'STRING', p: 'BOOLEAN', q: 'BOOLEAN' } as const;

describe('expressions of SQL beside those of DuckDB', () => {
  it(`agree on random ones over values and NULLs (seed ${SEED})`, async () => {
    const random = new SeededRandom(SEED);
    const rows = Array.from({ length: 25 }, () => rowOf(random));
    const texts = Array.from({ length: EXPRESSIONS }, (_, i) => [truth, number, text][i % 3]!(random, 3));
    await withDuckdb(async (connection) => {
      await connection.run('CREATE TABLE r (i INT, a INT, b INT, s VARCHAR, t VARCHAR, p BOOLEAN, q BOOLEAN)');
      for (const [i, { a, b, s, t, p, q }] of rows.entries())
        await connection.run(
          `INSERT INTO r VALUES (${[i, shown(a), shown(b), shown(s), shown(t), shown(p), shown(q)].join(', ')})`,
        );
      for (const each of texts) {
        const theirs = (await connection.runAndReadAll(`SELECT (${each}) AS v FROM r ORDER BY i`))
          .getRowsJS()
          .map(([v]) => v);
        const { run } = bound(each, COLUMNS);
        expect([each, rows.map((row) => run(row))]).toEqual([
          each,
          theirs.map((v) => (typeof v === 'bigint' ? Number(v) : v)),
        ]);
      }
    });
  }, 120_000);
});

const shown = (value: unknown): string =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value);

function rowOf(random: SeededRandom): Row {
  const orNull = <T>(value: T): T | null => (random.between(0, 3) === 0 ? null : value);
  const word = () => ['', 'a', 'ab', 'Abc', 'b%'][random.between(0, 4)] as string;
  return {
    a: orNull(random.between(-4, 4)),
    b: orNull(random.between(-4, 4)),
    s: orNull(word()),
    t: orNull(word()),
    p: orNull(random.between(0, 1) === 1),
    q: orNull(random.between(0, 1) === 1),
  };
}

type Make = (random: SeededRandom, depth: number) => string;

const pick = (random: SeededRandom, makes: ReadonlyArray<() => string>): string =>
  (makes[random.between(0, makes.length - 1)] as () => string)();
const not = (random: SeededRandom): string => (random.between(0, 1) === 0 ? 'NOT ' : '');

const truth: Make = (random, depth) => {
  const leaf = () => ['p', 'q', 'TRUE', 'FALSE'][random.between(0, 3)] as string;
  if (depth === 0) return leaf();
  const [n, s, b] = [() => number(random, depth - 1), () => text(random, depth - 1), () => truth(random, depth - 1)];
  const operator = ['=', '<>', '<', '<=', '>', '>='][random.between(0, 5)] as string;
  return pick(random, [
    leaf,
    () => `(${n()} ${operator} ${n()})`,
    () => `(${s()} ${operator} ${s()})`,
    () => `(${b()} AND ${b()})`,
    () => `(${b()} OR ${b()})`,
    () => `(NOT ${b()})`,
    () => `(${n()} IS ${not(random)}NULL)`,
    () => `(${b()} IS ${not(random)}TRUE)`,
    () => `(${n()} ${not(random)}BETWEEN ${n()} AND ${n()})`,
    () => `(${n()} ${not(random)}IN (${n()}, ${n()}, 1))`,
    () => `(${s()} ${not(random)}LIKE '${['%', 'a%', '_b%', '%b', 'A_c', ''][random.between(0, 5)]}')`,
  ]);
};

const number: Make = (random, depth) => {
  const leaf = () => ['a', 'b', '0', '3', '-2'][random.between(0, 4)] as string;
  if (depth === 0) return leaf();
  const [n, b, s] = [() => number(random, depth - 1), () => truth(random, depth - 1), () => text(random, depth - 1)];
  return pick(random, [
    leaf,
    () => `(${n()} ${['+', '-', '*'][random.between(0, 2)]} ${n()})`,
    () => `(${n()} % 3)`,
    () => `(- ${n()})`,
    () => `ABS(${n()})`,
    () => `COALESCE(${n()}, ${n()})`,
    () => `NULLIF(${n()}, ${n()})`,
    () => `CASE WHEN ${b()} THEN ${n()} WHEN ${b()} THEN ${n()} ELSE ${n()} END`,
    () => `CASE ${n()} WHEN ${n()} THEN ${n()} END`,
    () => `CHAR_LENGTH(${s()})`,
  ]);
};

const text: Make = (random, depth) => {
  const leaf = () => ['s', 't', "'a'", "''", "'Bc'"][random.between(0, 4)] as string;
  if (depth === 0) return leaf();
  const [s, b] = [() => text(random, depth - 1), () => truth(random, depth - 1)];
  return pick(random, [
    leaf,
    () => `(${s()} || ${s()})`,
    () => `UPPER(${s()})`,
    () => `LOWER(${s()})`,
    () => `REVERSE(${s()})`,
    () => `SUBSTRING(${s()}, ${random.between(1, 3)}, ${random.between(0, 3)})`,
    () => `REPLACE(${s()}, 'a', 'bb')`,
    () => `COALESCE(${s()}, ${s()})`,
    () => `CASE WHEN ${b()} THEN ${s()} ELSE ${s()} END`,
  ]);
};
