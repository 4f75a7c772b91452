/** A query with GROUP BY: its keys, its aggregates, and what the SELECT makes of them. */
import { bindCondition, bindExpression, type Scope } from '../bind/bind-expression.ts';
import { runtimeError, type Bound } from '../bind/bound.ts';
import { AGGREGATES } from '../functions/functions.ts';
import { SqlError, shown } from '../sql-error.ts';
import type { Expression, Select, WindowFrom } from '../syntax/ast.ts';
import type { Value } from '../types/sql-type.ts';
import { bindAggregate, type BoundAggregate } from './aggregates.ts';
import { TOO_MANY } from './counting-distinct.ts';
import type { SourceTable } from './relation.ts';

export interface GroupKey {
  readonly bound: Bound;
  /** The field of the row that bears it; a computed one gets a name of its own. */
  readonly field: string;
}

export interface Grouping {
  /** Without the window's own columns; the source's partition key comes first. */
  readonly keys: readonly GroupKey[];
  readonly aggregates: ReadonlyMap<string, BoundAggregate>;
  readonly having: Bound | undefined;
  /** What the SELECT gives, in its order; each reads a row of `groupRow`. */
  readonly items: ReadonlyArray<{ readonly bound: Bound; readonly span: Select['span'] }>;
}

export const WINDOW_COLUMNS = ['window_start', 'window_end'] as const;

/** Names in the row that expressions behind GROUP BY read: no other name begins so. */
export const keyField = (i: number): string => `key ${i}`;
export const aggregateField = (name: string): string => `value ${name}`;

/**
 * @param columns names of the table that gets the results: aggregates are named after them
 * @throws SQL_INVALID, SQL_TYPE, SQL_UNKNOWN_NAME, SQL_UNSUPPORTED
 */
export function bindGrouping(
  select: Select,
  from: WindowFrom,
  scope: Scope,
  { connector, fields }: SourceTable,
  columns: readonly string[],
): Grouping {
  const keys = bindKeys(select, from, scope, connector.partitionKey?.text, fields);
  const aggregates = new Map<string, BoundAggregate>();
  const named = new Map<string, string>();
  const taken = new Set(keys.map(({ field }) => field));
  let wish: string | undefined;
  const aggregateCall = (call: Extract<Expression, { kind: 'call' }>): Bound => {
    const bound = bindAggregateCall(call, scope);
    const { descriptor } = bound.aggregate;
    let name = named.get(descriptor);
    if (name === undefined) {
      name = wish !== undefined && !taken.has(wish) ? wish : freeName(taken, columns);
      taken.add(name);
      named.set(descriptor, name);
      aggregates.set(name, bound);
    }
    return aggregateColumn(name, bound, descriptor);
  };
  const grouped = groupedScope(keys, scope, aggregateCall);
  const items = select.items.map(({ expression, span }, i) => {
    if (expression === undefined)
      throw new SqlError(
        'SQL_INVALID',
        span,
        'expected columns in a query with GROUP BY, got *',
        'write the columns of GROUP BY and aggregates',
      );
    wish = isAggregate(expression) ? columns[i] : undefined;
    return { bound: bindExpression(expression, grouped), span };
  });
  wish = undefined;
  const having = select.having === undefined ? undefined : bindHaving(select.having, grouped);
  return { keys, aggregates, having, items };
}

function isAggregate(expression: Expression): expression is Extract<Expression, { kind: 'call' }> {
  return expression.kind === 'call' && AGGREGATES.includes(expression.name.text.toUpperCase());
}

function freeName(taken: ReadonlySet<string>, columns: readonly string[]): string {
  let n = 1;
  while (taken.has(`aggregate${n}`) || columns.includes(`aggregate${n}`)) n++;
  return `aggregate${n}`;
}

function bindAggregateCall(
  { name, args, isStar, isDistinct, filter, span }: Extract<Expression, { kind: 'call' }>,
  scope: Scope,
): BoundAggregate {
  const upper = name.text.toUpperCase();
  if (args.length !== (isStar ? 0 : 1))
    throw new SqlError('SQL_TYPE', span, `expected one argument of ${upper}, got ${args.length}`, `write ${upper}(x)`);
  const condition = filter === undefined ? undefined : bindCondition(filter, scope, 'FILTER');
  const argument = args[0] === undefined ? undefined : bindExpression(args[0], scope);
  return bindAggregate(upper, argument, condition, span, isDistinct);
}

function aggregateColumn(name: string, { type, isSumOfInt = false }: BoundAggregate, text: string): Bound {
  const field = aggregateField(name);
  return {
    type,
    text,
    isSumOfInt,
    run: (row) => {
      const value = row[field] as Value | bigint | undefined;
      if (typeof value !== 'bigint') return value ?? null;
      if (value === TOO_MANY)
        throw runtimeError(
          'SQL_TOO_MANY_VALUES',
          'a group of COUNT(DISTINCT x) must have at most 1000 different values of 16384 characters, got more',
          'use approxDistinct of the DSL',
        );
      throw runtimeError(
        'SQL_NUMBER_TOO_LARGE',
        'SUM must be a value that BIGINT keeps exactly (2^53 - 1 at most), got a larger one',
        'SUM a DOUBLE, or a larger unit',
      );
    },
  };
}

function bindKeys(
  select: Select,
  { windows }: WindowFrom,
  scope: Scope,
  partitionKey: string | undefined,
  fields: readonly string[],
): GroupKey[] {
  const names = select.groupBy.map((expression) => windowColumnOf(expression));
  for (const column of WINDOW_COLUMNS)
    if (!names.includes(column))
      throw new SqlError(
        'SQL_INVALID',
        select.groupBy[0]?.span ?? select.span,
        `expected window_start and window_end in GROUP BY of ${windows}, got no ${column}`,
        'write GROUP BY window_start, window_end and the keys',
      );
  const keys: GroupKey[] = [];
  select.groupBy.forEach((expression, i) => {
    if (names[i] !== undefined) return;
    const bound = bindExpression(expression, scope);
    if (bound.constant !== undefined)
      throw new SqlError(
        'SQL_INVALID',
        expression.span,
        `expected a column in GROUP BY, got ${shown(bound.text)}`,
        'leave it out',
      );
    if (bound.type === 'BOOLEAN')
      throw new SqlError(
        'SQL_UNSUPPORTED',
        expression.span,
        'GROUP BY a BOOLEAN is not there yet: got one',
        'write CAST(… AS STRING)',
      );
    if (keys.some(({ bound: { text } }) => text === bound.text)) return;
    const isPartitionKey = bound.field !== undefined && bound.field === partitionKey;
    keys.push({ bound, field: isPartitionKey ? partitionKey : keyNameOf(expression, i, fields) });
  });
  // A key that begins with the partition key needs no exchange.
  return keys.sort((a, b) => Number(b.field === partitionKey) - Number(a.field === partitionKey));
}

/** Never the name of a field of the record. */
function keyNameOf(expression: Expression, i: number, fields: readonly string[]): string {
  const column = expression.kind === 'name' ? expression.parts.at(-1)?.text : undefined;
  let name = `${column !== undefined && /^[A-Za-z0-9_]{1,40}$/.test(column) ? column : 'key'}-${i + 1}`;
  while (fields.includes(name)) name += '-';
  return name;
}

function windowColumnOf(expression: Expression): (typeof WINDOW_COLUMNS)[number] | undefined {
  const name = expression.kind === 'name' ? expression.parts.at(-1)?.text : undefined;
  return WINDOW_COLUMNS.find((column) => column === name);
}

function groupedScope(
  keys: readonly GroupKey[],
  below: Scope,
  aggregateCall: (call: Extract<Expression, { kind: 'call' }>) => Bound,
): Scope {
  const keyOf = (expression: Expression): Bound | undefined => {
    const column = windowColumnOf(expression);
    if (column !== undefined) return { type: 'TIMESTAMP(3)', text: column, run: (row) => row[column] ?? null };
    if (expression.kind === 'literal' || containsAggregate(expression)) return undefined;
    // An expression that is none over the records may still be one over groups, such as one with window_start.
    const bound = orUndefined(() => bindExpression(expression, below));
    const i = keys.findIndex(({ bound: { text } }) => text === bound?.text);
    if (bound === undefined || i < 0) return undefined;
    const field = keyField(i);
    return { type: bound.type, text: bound.text, run: (row) => row[field] ?? null };
  };
  return {
    take: (expression) => (isAggregate(expression) ? aggregateCall(expression) : keyOf(expression)),
    column(parts) {
      const name = parts.at(-1);
      const { text } = below.column(parts);
      const [span, shownName] = [(name ?? parts[0])!.span, shown(name?.text ?? '')];
      throw new SqlError(
        'SQL_INVALID',
        span,
        `expected GROUP BY columns, got ${shownName}`,
        `write GROUP BY … ${text}, or an aggregate of it`,
      );
    },
  };
}

function orUndefined(bind: () => Bound): Bound | undefined {
  try {
    return bind();
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

function containsAggregate(expression: Expression): boolean {
  if (isAggregate(expression)) return true;
  return childrenOf(expression).some(containsAggregate);
}

function childrenOf(expression: Expression): readonly Expression[] {
  return Object.values(expression).flatMap((part: unknown): Expression[] => {
    if (Array.isArray(part))
      return part.flatMap((one: object) =>
        'kind' in one ? [one as Expression] : 'when' in one ? (Object.values(one) as Expression[]) : [],
      );
    return typeof part === 'object' && part !== null && 'kind' in part ? [part as Expression] : [];
  });
}

function bindHaving(having: Expression, scope: Scope): Bound {
  const refusing: Scope = {
    ...scope,
    take(expression) {
      const bound = scope.take?.(expression);
      if (bound !== undefined && !isAggregate(expression))
        throw new SqlError(
          'SQL_UNSUPPORTED',
          expression.span,
          'a column of GROUP BY in HAVING is not there yet: got one',
          'write the condition in WHERE',
        );
      return bound;
    },
  };
  return bindCondition(having, refusing, 'HAVING');
}
