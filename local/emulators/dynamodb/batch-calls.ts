import { consumedBy, readUnits, writeUnits } from './capacity.ts';
import { project } from './expressions/document.ts';
import { expressionsOf } from './expressions/of-request.ts';
import { changed, changeOf, type ChangeKind } from './change.ts';
import { withJson } from './json.ts';
import { keyOf } from './key.ts';
import { asStructure, checkedTableName, flag, list, structure, type Members } from './request.ts';
import { invalid } from './service-error.ts';
import type { TableStore, Write } from './table-store.ts';
import { checkedItem, type Item } from './value.ts';

const MAX_READS = 100;
const MAX_WRITES = 25;
/** A reply has no more than this. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;

export function batchGetItem(store: TableStore, members: Members): string {
  const units = new Map<string, number>();
  const unprocessed: Record<string, object> = {};
  const found: string[] = [];
  let [count, bytes] = [0, 0];
  for (const [name, request] of requestItems(members)) {
    const wanted = asStructure(request);
    const { ProjectionExpression: paths, scope } = expressionsOf(wanted, ['ProjectionExpression']);
    const given = list(wanted, 'Keys', MAX_READS).map((key) => checkedItem(key));
    if ((count += given.length) > MAX_READS) throw invalid('Too many items requested for the BatchGetItem call');
    const table = store.table(name);
    const keys = given.map((key) => keyOf(table.definition.keys, key));
    if (new Set(keys.map(({ hash, range }) => JSON.stringify([hash, range]))).size < keys.length) throw duplicates();
    const resolved = paths?.map((path) => scope.path(path));
    const texts: string[] = [];
    const left: Item[] = [];
    let read = 0;
    for (const [i, key] of keys.entries()) {
      const stored = table.at(key);
      if (bytes + (stored?.bytes ?? 0) > MAX_REPLY_BYTES) {
        left.push(given[i] as Item);
        continue;
      }
      bytes += stored?.bytes ?? 0;
      read += readUnits(stored?.bytes ?? 0, flag(wanted, 'ConsistentRead'));
      if (stored === undefined) continue;
      texts.push(resolved === undefined ? store.text(stored) : JSON.stringify(project(store.item(stored), resolved)));
    }
    units.set(name, read);
    found.push(`${JSON.stringify(name)}:[${texts.join(',')}]`);
    if (left.length > 0) unprocessed[name] = { ...wanted, Keys: left };
  }
  const rest = { UnprocessedKeys: unprocessed, ...consumedBy(members, units) };
  return withJson(rest, 'Responses', `{${found.join(',')}}`);
}

export function batchWriteItem(store: TableStore, members: Members): object {
  const writes: Write[] = [];
  const places = new Set<string>();
  const units = new Map<string, number>();
  for (const [name, requests] of requestItems(members)) {
    for (const request of list({ requests }, 'requests', MAX_WRITES)) {
      const [kind, one] = single(asStructure(request));
      const change = changeOf(store, kind, { ...one, TableName: name });
      const place = JSON.stringify([name, change.key]);
      if (places.has(place)) throw duplicates();
      if (places.add(place).size > MAX_WRITES) throw invalid('Too many items requested for the BatchWriteItem call');
      const { before, write } = changed(store, change);
      units.set(name, (units.get(name) ?? 0) + writeUnits(write?.bytes ?? 0, before.stored?.bytes));
      if (write !== undefined) writes.push(write);
    }
  }
  store.write(writes);
  return { UnprocessedItems: {}, ...consumedBy(members, units) };
}

function requestItems(members: Members): Array<[name: string, request: unknown]> {
  const tables = Object.entries(structure(members, 'RequestItems'));
  if (tables.length === 0)
    throw invalid(
      "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  return tables.map(([name, request]) => [checkedTableName(name), request]);
}

function single(request: Members): [ChangeKind, Members] {
  const { PutRequest, DeleteRequest } = request;
  if ((PutRequest === undefined) === (DeleteRequest === undefined))
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  // Without conditions: there is nothing in them but the item or its key.
  if (PutRequest !== undefined) return ['Put', { Item: asStructure(PutRequest)['Item'] }];
  return ['Delete', { Key: asStructure(DeleteRequest)['Key'] }];
}

const duplicates = (): Error => invalid('Provided list of item keys contains duplicates');
