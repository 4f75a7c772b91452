import { nearest } from '../nearest.ts';
import { shown, SqlError } from '../sql-error.ts';
import type { SqlType } from '../types/sql-type.ts';
import { unsupported, type TokenReader } from './token-reader.ts';

const TYPES: Readonly<Record<string, SqlType>> = {
  BOOLEAN: 'BOOLEAN',
  INT: 'INT',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  STRING: 'STRING',
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
  CHAR: 'write STRING',
  VARCHAR: 'write STRING',
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

/** @throws SQL_SYNTAX, SQL_UNSUPPORTED, SQL_UNKNOWN_NAME */
export function parseType(reader: TokenReader): SqlType {
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
