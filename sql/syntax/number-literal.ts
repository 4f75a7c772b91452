import { shown, SqlError, type Span } from '../sql-error.ts';
import type { SqlType } from '../types/sql-type.ts';
import { unsupported } from './token-reader.ts';

/** @example numberLiteral('1.5', span) // { type: 'DECIMAL', value: 1.5 } @throws SQL_SYNTAX, SQL_UNSUPPORTED */
export function numberLiteral(text: string, span: Span): { type: SqlType; value: number } {
  const value = Number(text);
  if (/e/i.test(text)) {
    if (Number.isFinite(value)) return { type: 'DOUBLE', value };
    throw new SqlError(
      'SQL_SYNTAX',
      span,
      `expected a number within the range of DOUBLE, got ${shown(text)}`,
      'write a smaller one',
    );
  }
  if (text.includes('.')) {
    if (text.length <= 16) return { type: 'DECIMAL', value };
    throw unsupported(span, 'a DECIMAL of more than 15 digits', `write ${text.slice(0, 12)}E0 for a DOUBLE`);
  }
  if (!Number.isSafeInteger(value))
    throw unsupported(span, 'a whole number beyond 2^53 - 1', 'write a smaller one, or a STRING');
  return { type: value < 2 ** 31 ? 'INT' : 'BIGINT', value };
}
