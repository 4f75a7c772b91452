import { noteDefinitionSite } from '../engine/dsl/definition-site.ts';
import { requirePipelineName } from '../engine/dsl/pipeline-name.ts';
import type { Pipeline } from '../engine/index.ts';
import { nearest } from './nearest.ts';
import { connectorOf, type Connector } from './plan/connector.ts';
import { planInsert } from './plan/plan-insert.ts';
import type { ResultTarget } from './plan/result-target.ts';
import { settingsOf } from './plan/settings.ts';
import { sourceRelation, viewRelation, type Relation } from './plan/relation.ts';
import { shown, SqlError } from './sql-error.ts';
import type { CreateTable, From, Insert, Name, SetOption } from './syntax/ast.ts';
import { parseStatements } from './syntax/parse-statement.ts';
import { unsupported } from './syntax/token-reader.ts';

/**
 * A pipeline of a text in Flink's SQL: tables, views, and one `INSERT INTO … SELECT`. It is the same value as one that
 * is written with `pipeline(name)`.
 *
 * @param name lower case letters, digits and hyphens, 63 at most: names tables, folders and metrics
 * @throws SqlError (invalid) with the line and the column of what cannot be planned
 * @throws INVALID_SETTING for a name that no pipeline may have
 */
export function sql(name: string, text: string): Pipeline {
  requirePipelineName(name);
  const catalog = new Catalog();
  const inserts: Insert[] = [];
  const options: SetOption[] = [];
  for (const statement of parseStatements(text)) {
    if (statement.kind === 'insert') inserts.push(statement);
    else if (statement.kind === 'set') options.push(statement);
    else if (statement.kind === 'createTable') catalog.addTable(statement);
    else catalog.addView(statement.name, catalog.view(statement.name.text, statement.select));
  }
  const [insert, second] = inserts;
  if (insert === undefined) {
    const start = { start: 0, end: 0, line: 1, column: 1 };
    throw new SqlError('SQL_INVALID', start, 'expected INSERT INTO … SELECT, got none', 'write it behind the tables');
  }
  if (second !== undefined)
    throw new SqlError(
      'SQL_UNSUPPORTED',
      second.span,
      'a second INSERT INTO is not there yet: got one',
      'write it in a file of its own',
    );
  const settings = settingsOf(options, insert.span);
  const planned = planInsert(name, insert, catalog.read(insert.select.from), catalog.target(insert.table), settings);
  noteDefinitionSite(name, sql);
  return planned;
}

/** Tables and views by name, as far as they have been read. */
class Catalog {
  readonly #tables = new Map<string, { readonly table: CreateTable; readonly connector: Connector }>();
  readonly #relations = new Map<string, Relation>();

  addTable(table: CreateTable): void {
    this.#requireNew(table.name);
    const connector = connectorOf(table);
    this.#tables.set(table.name.text, { table, connector });
    if (connector.kind === 'kinesis') this.#relations.set(table.name.text, sourceRelation(table, connector));
    else requireResults(table, connector.kind);
  }

  addView(name: Name, view: Relation): void {
    this.#requireNew(name);
    this.#relations.set(name.text, view);
  }

  view(name: string, select: Parameters<typeof viewRelation>[1]): Relation {
    return viewRelation(name, select, this.read(select.from));
  }

  /** @throws SQL_UNKNOWN_NAME, SQL_INVALID */
  read({ table, alias }: From): Relation {
    if ('items' in table) return this.view(alias?.text ?? 'the subquery', table);
    const key = this.#tables.get(table.text)?.table.primaryKey;
    const relation = this.#relations.get(table.text);
    if (relation !== undefined && key !== undefined)
      throw unsupported(key.span, 'a PRIMARY KEY of a table that is read', 'leave it out');
    if (relation !== undefined) return relation;
    if (this.#tables.has(table.text))
      throw new SqlError(
        'SQL_INVALID',
        table.span,
        `expected a table with the connector kinesis, got ${shown(table.text)}`,
        'read a table that has records',
      );
    throw this.#unknown(table, [...this.#relations.keys()]);
  }

  /** @throws SQL_UNKNOWN_NAME, SQL_INVALID, SQL_UNSUPPORTED */
  target(name: Name): ResultTarget {
    const found = this.#tables.get(name.text);
    if (found === undefined) throw this.#unknown(name, [...this.#tables.keys()]);
    const { table, connector } = found;
    requireResults(table, connector.kind);
    if (connector.kind === 'kinesis' && connector.partitionKey !== undefined)
      throw new SqlError(
        'SQL_INVALID',
        connector.partitionKey.span,
        'expected no partition-key of a table that gets results, got one',
        'leave it out: it is the key of the result',
      );
    const columns = table.columns.map((column) => ({
      name: column.name.text,
      type: column.kind === 'physical' ? column.type : ('NULL' as const),
    }));
    return { name: name.text, connector, columns, primaryKey: table.primaryKey };
  }

  #requireNew({ text, span }: Name): void {
    if (!this.#tables.has(text) && !this.#relations.has(text)) return;
    throw new SqlError('SQL_INVALID', span, `expected a new name, got ${shown(text)} again`, 'write another name');
  }

  #unknown({ text, span }: Name, known: readonly string[]): SqlError {
    const near = nearest(text, known);
    const remedy = near === undefined ? 'write CREATE TABLE for it before' : `write ${near}`;
    return new SqlError('SQL_UNKNOWN_NAME', span, `expected a table, got ${shown(text)}`, remedy);
  }
}

/** A table that gets results has columns that are written, and no time of its own. */
function requireResults({ columns, watermark }: CreateTable, kind: string): void {
  if (watermark !== undefined)
    throw new SqlError(
      'SQL_INVALID',
      watermark.span,
      'expected no WATERMARK of a table that gets results, got one',
      'leave it out',
    );
  const names = new Set<string>();
  for (const column of columns) {
    const { text, span } = column.name;
    if (column.kind === 'unread') throw unsupported(span, column.what, column.remedy);
    if (column.kind === 'computed')
      throw new SqlError(
        'SQL_INVALID',
        span,
        `expected columns with a type in a table for ${kind}, got a computed one`,
        'write it in the SELECT',
      );
    if (names.has(text))
      throw new SqlError('SQL_INVALID', span, `expected each column once, got ${shown(text)} twice`, 'leave one out');
    names.add(text);
  }
}
