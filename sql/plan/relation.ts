/** What a query can read: a table of the file, or a view of one. */
import type { Bound } from '../bind/bound.ts';
import { bindCondition, bindExpression, type Scope } from '../bind/bind-expression.ts';
import { nearest } from '../nearest.ts';
import { shown, SqlError, type Span } from '../sql-error.ts';
import type { CreateTable, Name, Select, Unread } from '../syntax/ast.ts';
import { unsupported } from '../syntax/token-reader.ts';
import { recordSchema, type RecordColumn } from '../types/record-schema.ts';
import type { Connector } from './connector.ts';

/** A stream with its columns and its time. */
export interface SourceTable {
  readonly name: Name;
  readonly connector: Extract<Connector, { kind: 'kinesis' }>;
  readonly schema: ReturnType<typeof recordSchema>;
  readonly fields: readonly string[];
  readonly time: { readonly column: Bound; readonly delayMs: number } | undefined;
}

export interface Relation {
  readonly name: string;
  readonly source: SourceTable;
  /** Each as an expression of the source's record. */
  readonly columns: ReadonlyMap<string, Bound>;
  /** Columns that are declared and cannot be read. */
  readonly unread: ReadonlyMap<string, Unread>;
  /** Conditions of views, the innermost first. */
  readonly filters: readonly Bound[];
}

export function scopeOf(relation: Pick<Relation, 'name' | 'columns' | 'unread'>, alias = relation.name): Scope {
  return {
    column(parts) {
      const [first, second] = parts as readonly [Name, ...Name[]];
      if (second === undefined) return named(relation, first, alias);
      if (first.text !== alias)
        throw new SqlError(
          'SQL_UNKNOWN_NAME',
          first.span,
          `expected the table ${alias}, got ${shown(first.text)}`,
          `write ${alias}.${second.text}`,
        );
      return named(relation, second, alias);
    },
  };
}

function named({ columns, unread }: Pick<Relation, 'columns' | 'unread'>, { text, span }: Name, table: string): Bound {
  const column = columns.get(text);
  if (column !== undefined) return column;
  const declared = unread.get(text);
  if (declared !== undefined) throw unsupported(span, `${declared.what}, which ${shown(text)} is,`, declared.remedy);
  const near = nearest(text, columns.keys());
  const remedy = near === undefined ? `write one of ${[...columns.keys()].slice(0, 8).join(', ')}` : `write ${near}`;
  throw new SqlError('SQL_UNKNOWN_NAME', span, `expected a column of ${table}, got ${shown(text)}`, remedy);
}

/** @throws SQL_INVALID, SQL_UNKNOWN_NAME, SQL_TYPE, SQL_UNSUPPORTED */
export function sourceRelation(table: CreateTable, connector: Extract<Connector, { kind: 'kinesis' }>): Relation {
  const physical: RecordColumn[] = [];
  const columns = new Map<string, Bound>();
  const unread = new Map<string, Unread>();
  const add = ({ text, span }: Name, bound: Bound): void => {
    requireNewColumn(columns, unread, text, span);
    columns.set(text, bound);
  };
  for (const column of table.columns) {
    if (column.kind !== 'physical') continue;
    const { type, isRequired } = column;
    const { text: name } = column.name;
    physical.push({ name, type, isRequired });
    add(column.name, { type, text: `\`${name.replaceAll('`', '``')}\``, run: (row) => row[name] ?? null, field: name });
  }
  for (const column of table.columns) {
    if (column.kind !== 'unread') continue;
    requireNewColumn(columns, unread, column.name.text, column.name.span);
    unread.set(column.name.text, column);
  }
  const base = { name: table.name.text, columns: new Map(columns), unread };
  for (const column of table.columns)
    if (column.kind === 'computed') add(column.name, bindExpression(column.expression, scopeOf(base)));
  requirePartitionKey(connector, physical);
  const source: SourceTable = {
    name: table.name,
    connector,
    schema: recordSchema(physical),
    fields: physical.map(({ name }) => name),
    time: timeOf(table, { name: table.name.text, columns, unread }),
  };
  // SELECT * has them in the order in which they were declared.
  const declared = table.columns.flatMap(({ name: { text } }): Array<[string, Bound]> => {
    const bound = columns.get(text);
    return bound === undefined ? [] : [[text, bound]];
  });
  return { name: table.name.text, source, columns: new Map(declared), unread, filters: [] };
}

function requireNewColumn(
  columns: ReadonlyMap<string, Bound>,
  unread: ReadonlyMap<string, Unread>,
  name: string,
  span: Span,
): void {
  if (columns.has(name) || unread.has(name))
    throw new SqlError(
      'SQL_INVALID',
      span,
      `expected each column once, got ${shown(name)} twice`,
      'write AS and another name',
    );
  if (name === '__proto__')
    throw new SqlError('SQL_INVALID', span, 'expected a name, got __proto__', 'write another name');
}

function requirePartitionKey({ partitionKey }: SourceTable['connector'], columns: readonly RecordColumn[]): void {
  if (partitionKey === undefined) return;
  const fine = columns
    .filter(({ type }) => type === 'STRING' || type === 'INT' || type === 'BIGINT')
    .map(({ name }) => name);
  if (fine.includes(partitionKey.text)) return;
  const remedy = `write ${nearest(partitionKey.text, fine) ?? 'one of them'}, or leave the option out`;
  throw new SqlError(
    'SQL_UNKNOWN_NAME',
    partitionKey.span,
    `expected a column of STRING, INT or BIGINT as partition-key, got ${shown(partitionKey.text)}`,
    remedy,
  );
}

/** `WATERMARK FOR ts AS ts - INTERVAL '5' SECOND`, or `AS ts`. */
function timeOf(
  { watermark }: CreateTable,
  columns: Pick<Relation, 'name' | 'columns' | 'unread'>,
): SourceTable['time'] {
  if (watermark === undefined) return undefined;
  const column = scopeOf(columns).column([watermark.column]);
  if (column.type !== 'TIMESTAMP(3)')
    throw new SqlError(
      'SQL_TYPE',
      watermark.column.span,
      `expected a column of TIMESTAMP(3) for WATERMARK, got ${column.type}`,
      'declare it as TIMESTAMP(3)',
    );
  const { expression } = watermark;
  const [base, delay] =
    expression.kind === 'binary' && expression.operator === '-'
      ? [expression.left, expression.right]
      : [expression, undefined];
  const isOfColumn = base.kind === 'name' && base.parts.length === 1 && base.parts[0]?.text === watermark.column.text;
  const delayMs =
    delay === undefined ? 0 : delay.kind === 'literal' && delay.type === 'INTERVAL' ? Number(delay.value) : -1;
  if (!isOfColumn || delayMs < 0)
    throw new SqlError(
      'SQL_UNSUPPORTED',
      expression.span,
      'expected a watermark that is its column, or an INTERVAL before it, got another',
      `write ${watermark.column.text.slice(0, 60)} - INTERVAL '5' SECOND`,
    );
  return { column, delayMs };
}

/** A view is a query without groups: columns and conditions of the records below. */
export function viewRelation(name: string, select: Select, below: Relation): Relation {
  if (select.groupBy.length > 0 || select.having !== undefined)
    throw new SqlError(
      'SQL_UNSUPPORTED',
      select.span,
      'a query over the results of GROUP BY is not there yet: got one',
      'write a second pipeline, or window twice with the DSL',
    );
  if (select.from.kind === 'window')
    throw new SqlError(
      'SQL_UNSUPPORTED',
      select.from.span,
      'a view of windows is not there yet: got one',
      'write the windows in INSERT INTO … SELECT',
    );
  const scope = scopeOf(below, select.from.alias?.text);
  const columns = new Map<string, Bound>();
  const unread = new Map<string, Unread>();
  for (const { expression, alias, span } of select.items) {
    if (expression === undefined) {
      for (const [column, bound] of below.columns) {
        requireNewColumn(columns, unread, column, span);
        columns.set(column, bound);
      }
      for (const [column, declared] of below.unread) {
        requireNewColumn(columns, unread, column, span);
        unread.set(column, declared);
      }
      continue;
    }
    const column = alias?.text ?? (expression.kind === 'name' ? expression.parts.at(-1)?.text : undefined);
    if (column === undefined)
      throw new SqlError(
        'SQL_INVALID',
        span,
        'expected a name for each column of a view, got none',
        'write AS and a name',
      );
    requireNewColumn(columns, unread, column, span);
    columns.set(column, bindExpression(expression, scope));
  }
  const where = select.where === undefined ? [] : [bindCondition(select.where, scope, 'WHERE')];
  return { name, source: below.source, columns, unread, filters: [...below.filters, ...where] };
}
