import type { ResultType } from '../aggregate/aggregate.ts';
import { requireSetting } from '../errors.ts';
import { RESERVED_NAMES } from '../outputs.ts';
import type { ResultColumn } from '../plan/results.ts';

export type ResultTypes<S> = { readonly [F in keyof S & string]: ResultType };

export function requireNames(names: readonly string[], taken: readonly string[]): void {
  const reserved = [...RESERVED_NAMES, ...taken];
  for (const name of names.filter((given) => reserved.includes(given))) {
    requireSetting('result name', name, false, `none of ${reserved.join(', ')}`, 'choose another name');
  }
}

/** @throws INVALID_SETTING for a name that a result bears already */
export function columnsOf(types: Readonly<Record<string, ResultType>>): ResultColumn[] {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type, descriptor: name }));
  requireNames(
    columns.map(({ name }) => name),
    [],
  );
  return columns;
}

/** A key of several fields is hard to read: its parts are values too. */
export function keyColumns(keyFields: readonly string[]): ResultColumn[] {
  return keyFields.length === 1 ? [] : keyFields.map((name) => ({ name, type: 'text', descriptor: `key(${name})` }));
}
