import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { sql, SqlError } from '../../sql/index.ts';
import { SeededRandom } from '../simulation/world/random.ts';
import { query } from './texts.ts';

const SEED = Number(process.env['TIDEMARK_SEED'] ?? Date.now());
const VALID = [
  readFileSync('pipelines/busy-airports.sql', 'utf8'),
  query('k STRING, s BIGINT', 'sensor, SUM(n) + 1', { where: "WHERE room LIKE 'a%' AND n IN (1, 2)" }),
];
const where = (condition: string): string => query('c BIGINT', 'COUNT(*)', { where: `WHERE ${condition}` });

/** The error of a text; undefined: it is a pipeline. Throws what is no SqlError. */
function refusal(text: string): SqlError | undefined {
  try {
    sql('hostile', text);
    return undefined;
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
}

describe('hostile texts', () => {
  it.each<[string, string]>([
    ['10 MB of a query', where('n = 1 OR '.repeat(1_100_000) + 'ok')],
    ['10 MB of blanks', ' '.repeat(10_000_000)],
    ['a megabyte of one statement', where('n = 1 OR '.repeat(110_000) + 'ok').slice(0, 1_000_000)],
    ['100,000 parentheses', where('('.repeat(100_000) + '1' + ')'.repeat(100_000))],
    ['100,000 times NOT', where('NOT '.repeat(100_000) + 'ok')],
    ['100,000 minus signs', where('- '.repeat(100_000) + 'n')],
    ['100,000 sums', where(`${'n + '.repeat(100_000)}n > 1`)],
    ['100,000 times CASE', where('CASE WHEN '.repeat(100_000))],
    ['100,000 calls', where('ABS('.repeat(100_000))],
    ['100,000 subqueries', `INSERT INTO t SELECT * FROM ${'(SELECT * FROM '.repeat(60_000)}`],
    ['100,000 columns', `CREATE TABLE t (${'a INT, '.repeat(100_000)}`],
    ['300,000 semicolons', ';'.repeat(300_000)],
    ['NUL', where('n = \0')],
    ['NUL in a text', where("room = 'a\0'")],
    ['an unpaired quote', where("room = 'a")],
    ['an unpaired backtick', where('`room')],
    ['an unpaired comment', '/*'.repeat(400_000)],
    ['quotes without end', `SELECT ${"''".repeat(400_000)}'`],
    ['a long name', where(`${'x'.repeat(900_000)} = 1`)],
    ['nothing', ''],
  ])('refuses %s within 100 ms per MB', (_, text) => {
    const startMs = performance.now();
    const error = refusal(text);
    const tookMs = performance.now() - startMs;
    expect(error).toBeInstanceOf(SqlError);
    expect(error?.message.length).toBeLessThan(600);
    // Another process may have the core meanwhile: three times as much still tells n from n².
    expect(tookMs).toBeLessThan(3 * 100 * Math.max(1, text.length / 1_000_000));
  });

  it('refuses views that double an expression with each', () => {
    const views = Array.from({ length: 40 }, (_, i) => `CREATE VIEW v${i + 1} AS SELECT a || a AS a FROM v${i};`);
    const text = where('ok').replace(
      'CREATE TABLE results',
      `CREATE VIEW v0 AS SELECT sensor AS a FROM readings; ${views.join('\n')} CREATE TABLE results`,
    );
    expect(refusal(text)?.code).toBe('SQL_INVALID');
  });

  it(`gives a pipeline or a SqlError for any text (seed ${SEED})`, () => {
    const random = new SeededRandom(SEED);
    const pieces = VALID.flatMap((text) => text.match(/\w+|'[^']*'|\s+|[^\s\w]/g) ?? []).concat([
      '\0',
      "'",
      '`',
      '(',
      ')',
      '1e999',
      'NULL',
      '\ud800',
      '/*',
      'AVG',
      'OVER',
      '__proto__',
      '9999999999999999999',
    ]);
    const piece = (): string => pieces[random.between(0, pieces.length - 1)] as string;
    let planned = 0;
    for (let i = 0; i < 4_000; i++) {
      const parts: string[] =
        i % 4 === 0
          ? Array.from({ length: random.between(1, 60) }, piece)
          : [...((VALID[i % 2] as string).match(/\w+|'[^']*'|\s+|[^\s\w]/g) ?? [])];
      if (i % 4 !== 0)
        for (let n = random.between(1, 3); n > 0; n--)
          parts.splice(random.between(0, parts.length - 1), random.between(0, 2), piece());
      if (refusal(parts.join('')) === undefined) planned++;
    }
    expect(planned).toBeGreaterThan(10);
  });
});
