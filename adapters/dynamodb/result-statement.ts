/**
 * A result as a statement of PartiQL, which has no upsert. A statement is refused wherever more may hold than it asks
 * for; what becomes of such a row the put decides, with the whole condition (see ResultTableSink):
 *
 *     the first firing of its window   INSERT: refused where the table has an item
 *     any other                        UPDATE: refused unless the item is the same log's, older, and no tombstone
 *
 * Names are quoted, values are parameters: no text of a record is ever part of a statement.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { sortKeyOf, type StoredResult } from '../../engine/outputs.ts';
import { toResultItem } from './result-item.ts';

type Item = Readonly<Record<string, AttributeValue>>;

export interface ResultStatement {
  readonly item: Item;
  /** A BatchStatementRequest in JSON. */
  readonly json: string;
}

/** Names of tables, and nothing else, can stand in a statement. */
export const isTableName = (table: string): boolean => /^[A-Za-z0-9_.-]{3,255}$/.test(table);

/**
 * @param table a name: see `isTableName`
 * @param isFirst the window has not fired before, as far as its log knows
 */
export function resultStatement(table: string, row: StoredResult, isFirst: boolean): ResultStatement {
  const item = toResultItem(row);
  const json = isFirst ? insertOf(table, item) : updateOf(table, item, row);
  return { item, json };
}

/** @example INSERT INTO "results" VALUE {'key': ?, 'windowStartMs': ?, 'values': ?} */
function insertOf(table: string, item: Item): string {
  const names = Object.keys(item);
  return statementOf(
    `INSERT INTO "${table}" VALUE {${names.map((name) => `'${name}': ?`).join(', ')}}`,
    Object.values(item),
  );
}

/**
 * @example
 * UPDATE "results" SET "revision" = ? SET "values" = ?
 *   WHERE "key" = ? AND "windowStartMs" = ? AND "revision" < ? AND "logEpochMs" = ? AND "retracted" IS MISSING
 */
function updateOf(table: string, item: Item, { sequence }: StoredResult): string {
  const sortKey = sortKeyOf(sequence === undefined ? 'window' : 'sequence');
  const { key, [sortKey]: place, ...rest } = item as Record<string, AttributeValue>;
  const { revision, logEpochMs } = rest;
  const isOfTheLog = logEpochMs === undefined ? '"logEpochMs" IS MISSING' : '"logEpochMs" = ?';
  const sets = Object.keys(rest).map((name) => `SET "${name}" = ?`);
  return statementOf(
    `UPDATE "${table}" ${sets.join(' ')} WHERE "key" = ? AND "${sortKey}" = ? AND "revision" < ? AND ${isOfTheLog} AND "retracted" IS MISSING`,
    [...Object.values(rest), key, place, revision, ...(logEpochMs === undefined ? [] : [logEpochMs])],
  );
}

function statementOf(text: string, parameters: ReadonlyArray<AttributeValue | undefined>): string {
  return JSON.stringify({ Statement: text, Parameters: parameters });
}
