import { SqlError } from '../sql-error.ts';
import type { CreateTable, Select } from '../syntax/ast.ts';
import { isAssignable, type SqlType } from '../types/sql-type.ts';
import type { Connector } from './connector.ts';
import type { Grouping } from './grouping.ts';

/** The table that gets the results. */
export interface ResultTarget {
  readonly name: string;
  readonly connector: Connector;
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: SqlType }>;
  readonly primaryKey: CreateTable['primaryKey'];
}

/** As many columns as the SELECT gives, of types that take them. @throws SQL_TYPE */
export function requireColumns(
  select: Select,
  { items }: Pick<Grouping, 'items'>,
  { name, columns }: ResultTarget,
): void {
  if (items.length !== columns.length)
    throw new SqlError(
      'SQL_TYPE',
      select.span,
      `expected ${columns.length} columns for ${name.slice(0, 60)}, got ${items.length}`,
      'write one expression for each of its columns, in their order',
    );
  items.forEach(({ bound: { type, isSumOfInt = false }, span }, i) => {
    const column = columns[i] as ResultTarget['columns'][number];
    if (!isAssignable(type, column.type) && !(isSumOfInt && column.type === 'INT'))
      throw new SqlError(
        'SQL_TYPE',
        span,
        `expected ${column.type} for the column ${column.name.slice(0, 60)}, got ${type}`,
        `CAST it to ${column.type}, or declare the column as ${type}`,
      );
  });
}
