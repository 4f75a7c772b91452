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

/** Texts in JSON: there are few, each is made once. */
const texts = new Map<string, string>();

/**
 * @param table a name: see `isTableName`
 * @param isFirst the window has not fired before, as far as its log knows
 */
export function resultStatement(table: string, row: StoredResult, isFirst: boolean): ResultStatement {
  const item = toResultItem(row);
  const shape = `${table}/${isFirst}/${row.logEpochMs === undefined}/${row.sequence === undefined}/${row.retracted === true}`;
  let text = texts.get(shape);
  if (text === undefined) {
    text = JSON.stringify(isFirst ? insertText(table, item) : updateText(table, item));
    texts.set(shape, text);
  }
  const parameters = isFirst ? Object.values(item) : updateParameters(item);
  return { item, json: `{"Statement":${text},"Parameters":${JSON.stringify(parameters)}}` };
}

/** @example INSERT INTO "results" VALUE {'key': ?, 'windowStartMs': ?, 'values': ?} */
function insertText(table: string, item: Item): string {
  const names = Object.keys(item).map((name) => `'${name}': ?`);
  return `INSERT INTO "${table}" VALUE {${names.join(', ')}}`;
}

/**
 * @example
 * UPDATE "results" SET "revision" = ? SET "values" = ?
 *   WHERE "key" = ? AND "windowStartMs" = ? AND "revision" < ? AND "logEpochMs" = ? AND "retracted" IS MISSING
 */
function updateText(table: string, item: Item): string {
  const sortKey = sortKeyIn(item);
  const names = Object.keys(item).filter((name) => name !== 'key' && name !== sortKey);
  const sets = names.map((name) => `SET "${name}" = ?`);
  const isOfTheLog = item['logEpochMs'] === undefined ? '"logEpochMs" IS MISSING' : '"logEpochMs" = ?';
  return `UPDATE "${table}" ${sets.join(' ')} WHERE "key" = ? AND "${sortKey}" = ? AND "revision" < ? AND ${isOfTheLog} AND "retracted" IS MISSING`;
}

function updateParameters(item: Item): Array<AttributeValue | undefined> {
  const { key, [sortKeyIn(item)]: place, ...rest } = item;
  const { revision, logEpochMs } = rest;
  return [...Object.values(rest), key, place, revision, ...(logEpochMs === undefined ? [] : [logEpochMs])];
}

const sortKeyIn = (item: Item): string => sortKeyOf(item['sequence'] === undefined ? 'window' : 'sequence');
