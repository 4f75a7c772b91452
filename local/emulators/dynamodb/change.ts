/** What a request does to one item: put, update or delete it, or only hold it against a condition. */
import { holds } from './expressions/condition.ts';
import { expressionsOf } from './expressions/of-request.ts';
import type { Action } from './expressions/syntax.ts';
import { update } from './expressions/update.ts';
import { keyOf, keyOfItem, namesOf, type Key } from './key.ts';
import { oneOf, structure, tableName, type Members } from './request.ts';
import { conditionFailed, invalid, invalidParameters } from './service-error.ts';
import type { Stored, Table } from './table.ts';
import type { TableStore, Write } from './table-store.ts';
import { checkedItem, itemBytes, MAX_ITEM_BYTES, type Item } from './value.ts';

export type ChangeKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

export interface Change {
  readonly table: Table;
  readonly key: Key;
  /** Parts of the item that an update names. */
  readonly paths: ReadonlyArray<Action['path']>;
  /** @throws ConditionalCheckFailedException · ValidationException */
  apply(before: Before): Item | undefined;
}

export interface Changed {
  readonly before: Before;
  /** undefined: nothing is written. */
  readonly write: Write | undefined;
}

/** The item as it is, which is read when it is asked for. */
export class Before {
  readonly stored: Stored | undefined;
  readonly #store: TableStore;

  constructor(store: TableStore, stored: Stored | undefined) {
    this.#store = store;
    this.stored = stored;
  }

  /** Another copy each time. */
  item(): Item | undefined {
    return this.stored && this.#store.item(this.stored);
  }
}

/** @throws ValidationException · ResourceNotFoundException */
export function changeOf(store: TableStore, kind: ChangeKind, members: Members): Change {
  const expressions = expressionsOf(
    members,
    kind === 'Update' ? ['UpdateExpression', 'ConditionExpression'] : ['ConditionExpression'],
  );
  const { ConditionExpression: condition, UpdateExpression: actions = [], scope } = expressions;
  const returned = oneOf(members, 'ReturnValuesOnConditionCheckFailure', ['NONE', 'ALL_OLD']);
  const given = checkedItem(structure(members, kind === 'Put' ? 'Item' : 'Key'));
  if (kind === 'Put' && itemBytes(given) > MAX_ITEM_BYTES)
    throw invalid('Item size has exceeded the maximum allowed size');
  const table = store.table(tableName(members));
  const { keys } = table.definition;
  const key = kind === 'Put' ? keyOfItem(keys, given) : keyOf(keys, given);
  const paths = actions.map(({ path }) => scope.path(path));
  const names = namesOf(keys);
  const ofKey = paths.find(([name]) => names.includes(name as string));
  if (ofKey !== undefined)
    throw invalidParameters(`Cannot update attribute ${ofKey[0]}. This attribute is part of the key`);
  return {
    table,
    key,
    paths,
    apply: (before) => {
      if (condition !== undefined && !holds(condition, before.item() ?? {}, scope))
        throw conditionFailed(returned === 'ALL_OLD' ? before.item() : undefined);
      if (kind === 'Put') return given;
      if (kind === 'Delete') return undefined;
      const item = before.item() ?? (kind === 'Update' ? { ...given } : undefined);
      if (item === undefined || kind === 'ConditionCheck') return item;
      update(item, actions, scope);
      if (itemBytes(checkedItem(item)) > MAX_ITEM_BYTES)
        throw invalid('Item size to update has exceeded the maximum allowed size');
      return item;
    },
  };
}

/** Holds the change against the item as it is; writes nothing. */
export function changed(store: TableStore, { table, key, apply }: Change): Changed {
  const before = new Before(store, table.at(key));
  const item = apply(before);
  if (item === undefined && before.stored === undefined) return { before, write: undefined };
  return { before, write: { table, key, item, bytes: item === undefined ? 0 : itemBytes(item) } };
}
