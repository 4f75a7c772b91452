/** A query without a window and without groups: what it makes of each record, which goes on as it comes. */
import { bindExpression, type Scope } from '../bind/bind-expression.ts';
import type { Bound } from '../bind/bound.ts';
import { SqlError, type Span } from '../sql-error.ts';
import type { CreateTable, Select } from '../syntax/ast.ts';
import { unsupported } from '../syntax/token-reader.ts';
import type { Relation } from './relation.ts';
import type { Settings } from './settings.ts';

export interface RowItem {
  readonly bound: Bound;
  readonly span: Span;
}

/** What the SELECT gives, in its order. @throws SQL_INVALID, SQL_TYPE, SQL_UNKNOWN_NAME, SQL_UNSUPPORTED */
export function bindRows({ items }: Select, scope: Scope, { columns, unread }: Relation): RowItem[] {
  return items.flatMap(({ expression, span }): RowItem[] => {
    if (expression !== undefined) return [{ bound: bindExpression(expression, scope), span }];
    const [other] = unread.values();
    if (other !== undefined) throw unsupported(span, `* with ${other.what}`, 'name the columns');
    return [...columns.values()].map((bound) => ({ bound, span }));
  });
}

/**
 * Results are in the order of their records, as those of one shard are: nothing else tells them apart, and nothing is late.
 *
 * @returns the key: that of the shards, which spares an exchange
 * @throws SQL_INVALID, SQL_UNSUPPORTED
 */
export function requireRowKey(
  { span }: Select,
  { source }: Relation,
  { primaryKey }: Pick<CreateTable, 'primaryKey'>,
  { allowedLatenessMs }: Settings,
): string {
  if (primaryKey !== undefined)
    throw unsupported(primaryKey.span, 'a PRIMARY KEY of results without GROUP BY', 'leave it out');
  if (allowedLatenessMs !== undefined)
    throw new SqlError('SQL_INVALID', span, 'expected a window with an allowed lateness, got none', 'leave SET out');
  const { partitionKey } = source.connector;
  if (partitionKey !== undefined) return partitionKey.text;
  throw new SqlError(
    'SQL_INVALID',
    source.name.span,
    "expected the option 'partition-key' of a table that is read without a window, got none",
    'write the column that producers use as partition key',
  );
}
