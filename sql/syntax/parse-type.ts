import { nearest } from '../nearest.ts';
import { shown, SqlError } from '../sql-error.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { Unread } from './ast.ts';
import { unsupported, type TokenReader } from './token-reader.ts';

const TYPES: Readonly<Record<string, SqlType>> = {
  BOOLEAN: 'BOOLEAN',
  INT: 'INT',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  STRING: 'STRING',
  VARCHAR: 'STRING',
  CHAR: 'STRING',
  TIMESTAMP: 'TIMESTAMP(3)',
};

const OTHERS: Readonly<Record<string, string>> = {
  TINYINT: 'write INT',
  SMALLINT: 'write INT',
  FLOAT: 'write DOUBLE',
  REAL: 'write DOUBLE',
  DECIMAL: 'write DOUBLE, or BIGINT in a smaller unit',
  DEC: 'write DOUBLE, or BIGINT in a smaller unit',
  NUMERIC: 'write DOUBLE, or BIGINT in a smaller unit',
  BYTES: 'write STRING',
  BINARY: 'write STRING',
  VARBINARY: 'write STRING',
  DATE: 'write TIMESTAMP(3)',
  TIME: 'write TIMESTAMP(3)',
  TIMESTAMP_LTZ: 'write TIMESTAMP(3), which is UTC',
  INTERVAL: "write INTERVAL '1' HOUR as a value only",
  ARRAY: 'leave the column out',
  MAP: 'leave the column out',
  MULTISET: 'leave the column out',
  ROW: 'leave the column out',
};

/** Types with parts of their own: a column of one is left out. */
const NESTED: readonly string[] = ['ARRAY', 'MAP', 'MULTISET', 'ROW', 'INTERVAL'];

/** A type of a column, or why nothing may read it. @throws SQL_SYNTAX, SQL_UNSUPPORTED, SQL_UNKNOWN_NAME */
export function parseColumnType(reader: TokenReader): SqlType | Unread {
  const { upper, kind } = reader.peek();
  const remedy = kind === 'word' ? OTHERS[upper] : undefined;
  if (remedy === undefined || NESTED.includes(upper)) return parseType(reader);
  reader.take();
  parseLength(reader);
  return { what: `the type ${upper}`, remedy };
}

/** In CAST a length cuts the text off, which is not there. */
export function parseCastType(reader: TokenReader): SqlType {
  const { upper, span } = reader.peek();
  const hasLength = reader.isSymbol('(', 1);
  if (upper === 'CHAR' || (upper === 'VARCHAR' && hasLength))
    throw unsupported(span, `a CAST to ${upper} of a length`, 'write STRING');
  return parseType(reader);
}

/** Digits in parentheses, which change no value of JSON. */
function parseLength(reader: TokenReader): void {
  if (!reader.takeIf('(')) return;
  do {
    if (reader.peek().kind !== 'number') throw reader.unexpected('a length', 'write it as in VARCHAR(10)');
    reader.take();
  } while (reader.takeIf(','));
  reader.expect(')');
}

/** @throws SQL_SYNTAX, SQL_UNSUPPORTED, SQL_UNKNOWN_NAME */
function parseType(reader: TokenReader): SqlType {
  const { text, upper, span } = reader.name('a type');
  const remedy = OTHERS[upper];
  if (remedy !== undefined) throw unsupported(span, `the type ${upper}`, remedy);
  const type = TYPES[upper];
  if (type === undefined) {
    const known = Object.keys(TYPES);
    throw new SqlError(
      'SQL_UNKNOWN_NAME',
      span,
      `expected a type, got ${shown(text)}`,
      `write ${nearest(upper, known) ?? known.join(', ')}`,
    );
  }
  if (upper === 'DOUBLE') reader.takeIf('PRECISION');
  if (upper === 'VARCHAR' || upper === 'CHAR') parseLength(reader);
  if (type !== 'TIMESTAMP(3)') return type;
  const isMillis = reader.isSymbol('(') && reader.peek(1).text === '3';
  if (!isMillis) throw unsupported(span, `TIMESTAMP of another precision than milliseconds`, 'write TIMESTAMP(3)');
  reader.take();
  reader.take();
  reader.expect(')');
  if (reader.isWord('WITH') || reader.isWord('WITHOUT'))
    throw unsupported(reader.peek().span, 'TIME ZONE', 'leave it out: times are UTC');
  return type;
}
