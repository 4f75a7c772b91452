/** A bound query as a pipeline: through the same calls as one that is written in TypeScript. */
import { isKind, messageOf } from '../../engine/errors.ts';
import { kinesis, lake, pipeline, resultTable, stream, type Aggregate, type Pipeline } from '../../engine/index.ts';
import { partsOf } from '../../engine/key.ts';
import type { ResultType } from '../../engine/aggregate/aggregate.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { SinkSpec } from '../../engine/plan/sink.ts';
import type { Windows } from '../../engine/window/windows.ts';
import { bindCondition } from '../bind/bind-expression.ts';
import { named, type Bound } from '../bind/bound.ts';
import { SqlError, type Span } from '../sql-error.ts';
import type { Insert, Select, WindowFrom } from '../syntax/ast.ts';
import { requireInteger } from '../types/integers.ts';
import { resultTypeOf, type Row, type SqlType, type Value } from '../types/sql-type.ts';
import { bindAggregate } from './aggregates.ts';
import type { Connector } from './connector.ts';
import { aggregateField, bindGrouping, keyField, type Grouping } from './grouping.ts';
import { withWindowTable } from './group-windows.ts';
import { keyTextOf, valueOfKey } from './key-texts.ts';
import { bindRows, requireRowKey } from './rows.ts';
import { requirePrimaryKey } from './primary-key.ts';
import { requireColumns, type ResultTarget } from './result-target.ts';
import type { Settings } from './settings.ts';
import { scopeOf, type Relation, type SourceTable } from './relation.ts';
import { requirePartition, requireTime, windowsOf } from './windows-of.ts';

/** The calls of the DSL as they are used here: SQL has checked the types. */
interface Records {
  filter(isWanted: (row: Row) => boolean): Records;
  map(change: (row: Row) => Row): Records;
  keyBy(...fields: string[]): Keyed;
  keyAll(): Keyed;
}
interface Keyed {
  process(given: object): Results;
  window(
    windows: Windows,
    settings: Settings,
  ): { aggregate(aggregates: Readonly<Record<string, Aggregate<unknown>>>): Results };
}
interface Results {
  filter(isWanted: (values: Row) => boolean): Results;
  map(change: (values: Row, row: ResultRow) => Row, types: Readonly<Record<string, string>>): Results;
  to(sink: SinkSpec): Pipeline;
}

/** @throws SQL_INVALID, SQL_TYPE, SQL_UNKNOWN_NAME, SQL_UNSUPPORTED */
export function planInsert(
  name: string,
  { select: given, table }: Insert,
  relation: Relation,
  target: ResultTarget,
  settings: Settings,
): Pipeline {
  const select = withWindowTable(given);
  const { from } = select;
  if (from.kind !== 'window' && select.groupBy.length === 0 && select.having === undefined)
    return orSqlError(table.span, () => planRows(name, select, relation, target, settings));
  if (from.kind !== 'window' || select.groupBy.length === 0)
    throw new SqlError(
      'SQL_UNSUPPORTED',
      select.span,
      'GROUP BY and a window without each other are not there yet: got one',
      "read TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) and GROUP BY window_start, window_end",
    );
  const { source } = relation;
  const { time } = source;
  if (time === undefined)
    throw new SqlError(
      'SQL_INVALID',
      source.name.span,
      `expected WATERMARK in a table that windows read, got none`,
      "write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND",
    );
  const scope = scopeOf(relation, from.alias?.text);
  requireTime(from, relation, time);
  const where = select.where === undefined ? [] : [bindCondition(select.where, scope, 'WHERE')];
  const columns = target.columns.map((column) => column.name);
  const grouping = bindGrouping(select, from, scope, source, columns);
  requirePartition(from, grouping, relation);
  requireColumns(select, grouping, target);
  requirePrimaryKey(grouping, target);
  return orSqlError(table.span, () => {
    const records = recordsOf(name, source, time, [...relation.filters, ...where]);
    return resultsOf(records, from, grouping, target, settings);
  });
}

/** Each record that passes gives a result, at once. */
function planRows(
  name: string,
  select: Select,
  relation: Relation,
  target: ResultTarget,
  settings: Settings,
): Pipeline {
  const alias = 'alias' in select.from ? select.from.alias : undefined;
  const scope = scopeOf(relation, alias?.text);
  const where = select.where === undefined ? [] : [bindCondition(select.where, scope, 'WHERE')];
  const items = bindRows(select, scope, relation);
  requireColumns(select, { items }, target);
  const key = requireRowKey(select, relation, target, settings);
  const shape = (row: Row): Row =>
    Object.fromEntries(items.map(({ bound }, i) => [target.columns[i]?.name as string, bound.run(row)]));
  const text = items.map(({ bound }, i) => `${bound.text} AS ${target.columns[i]?.name}`).join(', ');
  return recordsOf(name, relation.source, undefined, [...relation.filters, ...where])
    .keyBy(key)
    .process({
      results: typesOf(target),
      onRecord: named(text, ({ value }: { value: Row }, { emit }: { emit: (values: Row) => void }) =>
        emit(shape(value)),
      ),
    })
    .to(sinkOf(target.connector));
}

const typesOf = ({ columns }: ResultTarget): Readonly<Record<string, ResultType>> =>
  Object.fromEntries(columns.map(({ name, type }) => [name, resultTypeOf(type)]));

/** What the DSL refuses, such as a name of a stream with a blank, as an error of the text. */
function orSqlError(span: Span, plan: () => Pipeline): Pipeline {
  try {
    return plan();
  } catch (cause) {
    if (!isKind(cause, 'invalid') || cause instanceof SqlError) throw cause;
    throw new SqlError(
      'SQL_INVALID',
      span,
      messageOf(cause).replace(/; [^;]*$/, ''),
      messageOf(cause).split('; ').at(-1) as string,
      cause,
    );
  }
}

function recordsOf(name: string, source: SourceTable, time: SourceTable['time'], filters: readonly Bound[]): Records {
  const { connector, schema } = source;
  const partitionKey = connector.partitionKey?.text;
  const settings = { stream: connector.stream, schema, ...(partitionKey === undefined ? {} : { partitionKey }) };
  const given = pipeline(name).source(kinesis(settings as { readonly stream: string; readonly schema: typeof schema }));
  const timed = time === undefined ? given.arrivalTime() : given.eventTime(...eventTimeOf(time));
  return filters.reduce(
    (records, { text, run }) => records.filter(named(text, (row: Row) => run(row) === true)),
    timed as unknown as Records,
  );
}

function eventTimeOf({ column, delayMs }: NonNullable<SourceTable['time']>) {
  // NULL is no time: the record becomes a dead letter.
  const timeOf = named(column.text, (row: Row) => column.run(row) as number);
  // Flink's windows fire once the watermark has come to their last millisecond, Tidemark's once it has come to their end.
  const lateness =
    delayMs > 0
      ? { maxOutOfOrdernessMs: delayMs - 1 }
      : { watermark: named(`${column.text} + 1`, (row: Row) => (column.run(row) as number) + 1) };
  return [timeOf, lateness] as const;
}

function resultsOf(
  records: Records,
  from: WindowFrom,
  { keys, aggregates, having, items }: Grouping,
  target: ResultTarget,
  settings: Settings,
): Pipeline {
  const computed = keys.filter(({ bound, field }) => bound.field !== field);
  const text = computed.map(({ bound, field }) => `${bound.text} AS ${field}`).join(', ');
  const addKeys = (row: Row): Row => ({
    ...row,
    ...Object.fromEntries(computed.map(({ bound, field }) => [field, keyTextOf(bound.run(row))])),
  });
  const keyable = computed.length === 0 ? records : records.map(named(text, addKeys));
  const keyed = keys.length === 0 ? keyable.keyAll() : keyable.keyBy(...keys.map(({ field }) => field));
  // A window needs an aggregate even where the query names none.
  const list =
    aggregates.size === 0
      ? new Map([['aggregate1', bindAggregate('COUNT', undefined, undefined, from.span)]])
      : aggregates;
  const windowed = keyed
    .window(windowsOf(from), settings)
    .aggregate(Object.fromEntries([...list].map(([field, { aggregate }]) => [field, aggregate])));
  const wanted =
    having === undefined
      ? windowed
      : windowed.filter(named(having.text, (values: Row) => having.run(withAggregates(values)) === true));
  const readKey = keys.map(({ bound: { type, field: own }, field }) => {
    // The partition key is a text of the producer's, which is neither NULL nor empty.
    if (own === field) return (text: string): Value => (type === 'STRING' ? text : Number(text));
    return (text: string): Value => valueOfKey(text, type);
  });
  const shape = (values: Row, row: ResultRow): Row => {
    const group = {
      ...withAggregates(values),
      ...keyValues(readKey, row.key),
      window_start: row.windowStartMs,
      window_end: row.windowEndMs,
    };
    return Object.fromEntries(
      items.map(({ bound }, i) => [target.columns[i]?.name as string, fitting(bound, group, target.columns[i]?.type)]),
    );
  };
  const shapeText = items.map(({ bound }, i) => `${bound.text} AS ${target.columns[i]?.name}`).join(', ');
  return wanted.map(named(shapeText, shape), typesOf(target)).to(sinkOf(target.connector));
}

/** @throws SQL_NUMBER_TOO_LARGE (data) for a SUM of INT that a column of INT does not keep */
function fitting({ run, isSumOfInt = false }: Bound, row: Row, type: SqlType | undefined): Value {
  const value = run(row);
  return isSumOfInt && type === 'INT' && typeof value === 'number' ? requireInteger(value, type, 'SUM') : value;
}

function withAggregates(values: Row): Row {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [aggregateField(name), value]));
}

/** A key is text in the engine: numbers are read back from it. */
function keyValues(read: ReadonlyArray<(text: string) => Value>, key: string): Row {
  const parts = read.length === 1 ? [key] : read.length === 0 ? [] : partsOf(key);
  return Object.fromEntries(parts.map((part, i): [string, Value] => [keyField(i), read[i]?.(part) ?? null]));
}

function sinkOf(connector: Connector): SinkSpec {
  if (connector.kind === 'result-table') return resultTable();
  return connector.kind === 'lake' ? lake() : stream({ stream: connector.stream });
}
