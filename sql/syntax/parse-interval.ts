import { shown, SqlError } from '../sql-error.ts';
import { unsupported, type TokenReader } from './token-reader.ts';

const UNITS: Readonly<Record<string, number>> = {
  SECOND: 1_000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
};

/**
 * `INTERVAL '10' MINUTE`
 *
 * @returns ms
 * @throws SQL_SYNTAX, SQL_UNSUPPORTED
 */
export function parseInterval(reader: TokenReader): number {
  reader.expect('INTERVAL', "write INTERVAL '1' HOUR");
  const { text, span } = reader.string("a length such as '1'");
  const unit = reader.name('SECOND, MINUTE, HOUR or DAY');
  const word = unit.upper.replace(/S$/, '');
  if (['MONTH', 'YEAR', 'QUARTER'].includes(word))
    throw unsupported(unit.span, `an interval of ${word}s`, 'write it in DAYs');
  const unitMs = UNITS[word];
  if (unitMs === undefined)
    throw new SqlError(
      'SQL_SYNTAX',
      unit.span,
      `expected SECOND, MINUTE, HOUR or DAY, got ${shown(unit.text)}`,
      "write INTERVAL '1' HOUR",
    );
  if (reader.isSymbol('(') || reader.isWord('TO'))
    throw unsupported(reader.peek().span, 'an interval of several fields', 'write it in SECONDs');
  const ms = Math.round(Number(text) * unitMs);
  const isPlain = /^-?\d{1,12}$/.test(text) || (word === 'SECOND' && /^\d{1,12}\.\d{1,3}$/.test(text));
  if (!isPlain || !Number.isSafeInteger(ms))
    throw new SqlError(
      'SQL_SYNTAX',
      span,
      `expected a whole number of ${word}s, got ${shown(text)}`,
      `write INTERVAL '1' ${word}`,
    );
  return ms;
}
