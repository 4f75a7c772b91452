/** Values of GROUP BY as texts of a key, which are never empty: NULL and the empty text are groups of their own. */
import type { SqlType, Value } from '../types/sql-type.ts';

/** No text begins so that is written as it is. */
const ESCAPE = '\\';
const NULL = `${ESCAPE}N`;
const EMPTY = `${ESCAPE}E`;

/** @example keyTextOf(null) // '\\N' @example keyTextOf('\\N') // '\\\\N' */
export function keyTextOf(value: Value): string | number {
  if (value === null) return NULL;
  if (typeof value !== 'string') return value as number;
  if (value === '') return EMPTY;
  return value.startsWith(ESCAPE) ? ESCAPE + value : value;
}

/** The value again. */
export function valueOfKey(text: string, type: SqlType): Value {
  if (text === NULL) return null;
  if (type !== 'STRING') return Number(text);
  if (text === EMPTY) return '';
  return text.startsWith(ESCAPE) ? text.slice(1) : text;
}
