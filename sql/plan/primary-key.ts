/** What a table that gets results says tells its rows apart. */
import { nearest } from '../nearest.ts';
import { shown, SqlError } from '../sql-error.ts';
import { WINDOW_COLUMNS, type Grouping } from './grouping.ts';
import type { ResultTarget } from './result-target.ts';

/** It has to be what does: the columns of GROUP BY, and a bound of the window. @throws SQL_INVALID, SQL_UNKNOWN_NAME */
export function requirePrimaryKey({ keys, items }: Grouping, { columns, primaryKey }: ResultTarget): void {
  if (primaryKey === undefined) return;
  const names = columns.map(({ name }) => name);
  const columnOf = (text: string): string | undefined => names[items.findIndex(({ bound }) => bound.text === text)];
  const given = primaryKey.columns.map(({ text, span }) => {
    const item = items[names.indexOf(text)];
    if (item !== undefined) return item.bound.text;
    const near = nearest(text, names) ?? names.slice(0, 8).join(', ');
    throw new SqlError('SQL_UNKNOWN_NAME', span, `expected a column, got ${shown(text)}`, `write ${near}`);
  });
  const windows: readonly string[] = WINDOW_COLUMNS;
  const groups = keys.map(({ bound: { text } }) => text);
  const isFine =
    given.some((text) => windows.includes(text)) &&
    groups.every((text) => given.includes(text)) &&
    given.every((text) => windows.includes(text) || groups.includes(text));
  if (isFine) return;
  const window = windows.find((text) => given.includes(text)) ?? windows.find(columnOf) ?? 'window_start';
  const needed = [...groups, window];
  const missing = needed.filter((text) => columnOf(text) === undefined);
  throw new SqlError(
    'SQL_INVALID',
    primaryKey.span,
    `expected the columns that tell results apart as PRIMARY KEY, got ${primaryKey.columns.map(({ text }) => text.slice(0, 60)).join(', ')}`,
    missing.length > 0
      ? `add ${missing.join(', ')} to the SELECT, to the table and to the key`
      : `write PRIMARY KEY (${needed.map(columnOf).join(', ')}) NOT ENFORCED`,
  );
}
