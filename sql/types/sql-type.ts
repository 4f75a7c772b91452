import type { ResultType } from '../../engine/aggregate/aggregate.ts';

/**
 * Types of values. `DECIMAL` are literals such as 1.5 only: they become DOUBLE beside one. `INTERVAL` are literals too [ms]. `NULL` is
 * the type of the literal, which fits any other.
 */
export type SqlType =
  'BOOLEAN' | 'INT' | 'BIGINT' | 'DOUBLE' | 'DECIMAL' | 'STRING' | 'TIMESTAMP(3)' | 'INTERVAL' | 'NULL';

/** A value within an expression; null is NULL. BIGINT within 2^53; TIMESTAMP(3) in ms since 1970. */
export type Value = string | number | boolean | null;

export type Row = Readonly<Record<string, Value>>;

export const isInteger = (type: SqlType): boolean => type === 'INT' || type === 'BIGINT';

export const isNumeric = (type: SqlType): boolean => isInteger(type) || type === 'DOUBLE' || type === 'DECIMAL';

/** The type that two have in common, as the branches of CASE do; undefined: none. */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a === b || b === 'NULL') return a;
  if (a === 'NULL') return b;
  if (isInteger(a) && isInteger(b)) return 'BIGINT';
  return isNumeric(a) && isNumeric(b) ? 'DOUBLE' : undefined;
}

/** Whether a value of one type is a value of another as it is. */
export function isAssignable(from: SqlType, to: SqlType): boolean {
  return from === to || from === 'NULL' || (isNumeric(from) && to === 'DOUBLE') || (from === 'INT' && to === 'BIGINT');
}

const RESULT_TYPES: Partial<Record<SqlType, ResultType>> = {
  BOOLEAN: 'boolean',
  INT: 'integer',
  BIGINT: 'integer',
  DOUBLE: 'number',
  STRING: 'text',
  'TIMESTAMP(3)': 'integer',
};

/** What a column of this type is in results. */
export function resultTypeOf(type: SqlType): ResultType {
  return RESULT_TYPES[type] ?? 'json';
}
