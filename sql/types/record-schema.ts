import type { StandardSchemaV1 } from '@standard-schema/spec';
import { parseTimestamp } from './timestamp.ts';
import type { SqlType, Value } from './sql-type.ts';

export interface RecordColumn {
  readonly name: string;
  readonly type: SqlType;
  /** NOT NULL. */
  readonly isRequired: boolean;
}

type Read = (given: unknown) => Value | undefined;

/** What JSON may have for a value of each type; undefined: it is none. */
const READERS: Partial<Record<SqlType, Read>> = {
  BOOLEAN: (given) => (typeof given === 'boolean' ? given : undefined),
  INT: (given) => (Number.isInteger(given) && given === ((given as number) | 0) ? (given as number) + 0 : undefined),
  BIGINT: (given) => (Number.isSafeInteger(given) ? (given as number) + 0 : undefined),
  DOUBLE: (given) => (typeof given === 'number' ? given : undefined),
  STRING: (given) => (typeof given === 'string' ? given : undefined),
  'TIMESTAMP(3)': (given) =>
    typeof given === 'string' ? parseTimestamp(given) : Number.isSafeInteger(given) ? (given as number) : undefined,
};

const RULES: Partial<Record<SqlType, string>> = {
  INT: 'a whole number within 2^31 - 1',
  BIGINT: 'a whole number within 2^53 - 1',
  'TIMESTAMP(3)': 'a time such as 2001-01-01 10:30:00, or ms since 1970',
};

/** Records with these columns, as JSON has them: a field that is not there is NULL, others are left out. */
export function recordSchema(columns: readonly RecordColumn[]): StandardSchemaV1<unknown, Record<string, Value>> {
  const readers = columns.map((column) => ({ ...column, read: READERS[column.type] as Read }));
  const validate = (given: unknown): StandardSchemaV1.Result<Record<string, Value>> => {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return { issues: [{ message: 'must be an object' }] };
    const value: Record<string, Value> = {};
    for (const { name, type, isRequired, read } of readers) {
      const field = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : null;
      const taken = field === null || field === undefined ? null : read(field);
      if (taken === undefined || (taken === null && isRequired)) {
        const message = taken === null ? 'must not be null' : `must be ${RULES[type] ?? type}`;
        return { issues: [{ message, path: [name] }] };
      }
      value[name] = taken;
    }
    return { value };
  };
  return Object.freeze({ '~standard': Object.freeze({ version: 1 as const, vendor: 'tidemark-sql', validate }) });
}
