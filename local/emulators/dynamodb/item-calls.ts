import { consumed, readUnits, writeUnits } from './capacity.ts';
import { changed, changeOf, type Change, type Changed, type ChangeKind } from './change.ts';
import { project } from './expressions/document.ts';
import { expressionsOf } from './expressions/of-request.ts';
import { withJson } from './json.ts';
import { keyOf } from './key.ts';
import { flag, oneOf, structure, tableName, type Members } from './request.ts';
import { invalid } from './service-error.ts';
import type { TableStore } from './table-store.ts';
import { checkedItem, type Item } from './value.ts';

type Returned = 'NONE' | 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW';

export function getItem(store: TableStore, members: Members): object | string {
  const { ProjectionExpression: paths, scope } = expressionsOf(members, ['ProjectionExpression']);
  const given = checkedItem(structure(members, 'Key'));
  const table = store.table(tableName(members));
  const stored = table.at(keyOf(table.definition.keys, given));
  const units = readUnits(stored?.bytes ?? 0, flag(members, 'ConsistentRead'));
  const rest = consumed(members, table.definition.name, units);
  if (stored === undefined) return rest;
  if (paths === undefined) return withJson(rest, 'Item', store.text(stored));
  const resolved = paths.map((path) => scope.path(path));
  return { ...rest, Item: project(store.item(stored), resolved) };
}

export function putItem(store: TableStore, members: Members): object {
  return execute(store, 'Put', members);
}

export function updateItem(store: TableStore, members: Members): object {
  return execute(store, 'Update', members);
}

export function deleteItem(store: TableStore, members: Members): object {
  return execute(store, 'Delete', members);
}

function execute(store: TableStore, kind: ChangeKind, members: Members): object {
  const returned = oneOf<Returned>(members, 'ReturnValues', [
    'NONE',
    'ALL_OLD',
    'ALL_NEW',
    'UPDATED_OLD',
    'UPDATED_NEW',
  ]);
  if (kind !== 'Update' && returned !== 'NONE' && returned !== 'ALL_OLD')
    throw invalid('ReturnValues can only be ALL_OLD or NONE');
  const change = changeOf(store, kind, members);
  const done = changed(store, change);
  const attributes = attributesOf(returned, change, done);
  if (done.write !== undefined) store.write([done.write]);
  const units = writeUnits(done.write?.bytes ?? 0, done.before.stored?.bytes);
  return {
    ...(attributes === undefined ? {} : { Attributes: attributes }),
    ...consumed(members, change.table.definition.name, units),
  };
}

/** Of the item as it was, or as it is now; undefined where there is none. */
function attributesOf(returned: Returned, { paths }: Change, { before, write }: Changed): Item | undefined {
  if (returned === 'NONE') return undefined;
  const item = returned.endsWith('OLD') ? before.item() : write?.item;
  return item === undefined || returned.startsWith('ALL') ? item : project(item, paths);
}
