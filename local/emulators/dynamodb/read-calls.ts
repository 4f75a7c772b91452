/** Query and Scan: items in their order, page by page. */
import { consumed, readUnits } from './capacity.ts';
import { holds } from './expressions/condition.ts';
import { project } from './expressions/document.ts';
import { keyRange } from './expressions/key-condition.ts';
import { expressionsOf, type Expressions } from './expressions/of-request.ts';
import { withJson } from './json.ts';
import { keyAttributes, keyOf } from './key.ts';
import { flag, integer, isGiven, oneOf, structure, tableName, type Members } from './request.ts';
import { invalid } from './service-error.ts';
import type { Located, Table } from './table.ts';
import type { TableStore } from './table-store.ts';
import { checkedItem, type Item } from './value.ts';

/** A page ends with the item that reaches it. */
const MAX_PAGE_BYTES = 1024 * 1024;
const MAX_INTEGER = 2 ** 31 - 1;
const MAX_SEGMENTS = 1_000_000;

export function query(store: TableStore, members: Members): string {
  const kinds = ['KeyConditionExpression', 'FilterExpression', 'ProjectionExpression'] as const;
  const expressions = expressionsOf(members, kinds);
  const { KeyConditionExpression: condition, scope } = expressions;
  if (condition === undefined)
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  const table = tableOf(store, members);
  const { hash, includes } = keyRange(condition, scope, table.definition.keys);
  const start = startKey(table, members);
  if (start !== undefined && start.hash !== hash)
    throw invalid('The provided starting key is outside query boundaries based on provided conditions');
  const isForward = flag(members, 'ScanIndexForward') ?? true;
  const items = table.inPartition(hash, isForward, start?.range);
  return page(store, table, members, expressions, filtered(items, includes));
}

export function scan(store: TableStore, members: Members): string {
  const expressions = expressionsOf(members, ['FilterExpression', 'ProjectionExpression']);
  const table = tableOf(store, members);
  const of = integer(members, 'TotalSegments', [1, MAX_SEGMENTS]);
  const segment = integer(members, 'Segment', [0, MAX_SEGMENTS - 1]);
  if (of === undefined && segment !== undefined)
    throw invalid(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  if (of !== undefined && segment === undefined)
    throw invalid(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  if (of !== undefined && segment !== undefined && segment >= of)
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${of}`,
    );
  const items = table.scan(startKey(table, members), { segment: segment ?? 0, of: of ?? 1 });
  return page(store, table, members, expressions, items);
}

function page(
  store: TableStore,
  table: Table,
  members: Members,
  { FilterExpression: filter, ProjectionExpression: paths, scope }: Expressions,
  items: Iterator<Located>,
): string {
  const select = oneOf(members, 'Select', [
    'ALL_ATTRIBUTES',
    'COUNT',
    'SPECIFIC_ATTRIBUTES',
    'ALL_PROJECTED_ATTRIBUTES',
  ]);
  const limit = integer(members, 'Limit', [1, MAX_INTEGER]) ?? Infinity;
  const resolved = paths?.map((path) => scope.path(path));
  const texts: string[] = [];
  let [scanned, count, bytes] = [0, 0, 0];
  let last: Located | undefined;
  let next = items.next();
  for (; next.done !== true && scanned < limit && bytes < MAX_PAGE_BYTES; next = items.next()) {
    last = next.value;
    scanned += 1;
    bytes += last.stored.bytes;
    const item: Item | undefined = filter === undefined && paths === undefined ? undefined : store.item(last.stored);
    if (filter !== undefined && !holds(filter, item as Item, scope)) continue;
    count += 1;
    if (select === 'COUNT') continue;
    texts.push(resolved === undefined ? store.text(last.stored) : JSON.stringify(project(item as Item, resolved)));
  }
  const rest = {
    Count: count,
    ScannedCount: scanned,
    // A full page has one even if nothing comes behind it.
    ...(last !== undefined && (scanned >= limit || next.done !== true)
      ? { LastEvaluatedKey: keyAttributes(table.definition.keys, store.item(last.stored)) }
      : {}),
    ...consumed(members, table.definition.name, readUnits(bytes, flag(members, 'ConsistentRead'))),
  };
  return select === 'COUNT' ? JSON.stringify(rest) : withJson(rest, 'Items', `[${texts.join(',')}]`);
}

function* filtered(items: Iterable<Located>, includes: (range: string) => boolean): Generator<Located> {
  for (const located of items) if (includes(located.key.range)) yield located;
}

function startKey(table: Table, members: Members) {
  if (!isGiven(members, 'ExclusiveStartKey')) return undefined;
  return keyOf(table.definition.keys, checkedItem(structure(members, 'ExclusiveStartKey')));
}

function tableOf(store: TableStore, members: Members): Table {
  const table = store.table(tableName(members));
  if (isGiven(members, 'IndexName'))
    throw invalid(`The table does not have the specified index: ${String(members['IndexName'])}`);
  return table;
}
