/** Where an item is: its hash and range key as texts that compare as DynamoDB compares the values. */
import { sortableNumber } from './number.ts';
import { invalid, invalidParameters } from './service-error.ts';
import { attribute, typeOf, type Item, type Type, type Value } from './value.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

/** Hash, then range if there is one. */
export type KeySchema = readonly [KeyAttribute, KeyAttribute?];

/** Characters of one byte each; `range` is '' in a table without one. */
export interface Key {
  readonly hash: string;
  readonly range: string;
}

const MAX_BYTES = { hash: 2048, range: 1024 };

/** @throws ValidationException when it is not the key of an item of such a table */
export function keyOf(schema: KeySchema, key: Item): Key {
  if (Object.keys(key).length !== (schema[1] === undefined ? 1 : 2)) throw notOfSchema();
  return keyIn(schema, key, notOfSchema);
}

/** @throws ValidationException when the item has no such key */
export function keyOfItem(schema: KeySchema, item: Item): Key {
  return keyIn(schema, item, (name, expected) => {
    const found = attribute(item, name);
    if (found === undefined) return invalidParameters(`Missing the key ${name} in the item`);
    return invalidParameters(`Type mismatch for key ${name} expected: ${expected} actual: ${typeOf(found)}`);
  });
}

/** The key attributes of an item. */
export function keyAttributes(schema: KeySchema, item: Item): Item {
  return Object.fromEntries(namesOf(schema).map((name) => [name, item[name] as Value]));
}

export const namesOf = ([hash, range]: KeySchema): string[] =>
  range === undefined ? [hash.name] : [hash.name, range.name];

/** Texts that compare as the values do, which are of one type. */
export function sortable(value: Value): string {
  if (value.N !== undefined) return sortableNumber(value.N as string);
  if (value.B !== undefined) return Buffer.from(value.B as string, 'base64').toString('latin1');
  return byBytes(value.S as string);
}

/** DynamoDB compares texts by their bytes in UTF-8. */
function byBytes(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}

type Mismatch = (name: string, expected: Type) => Error;

function keyIn([hash, range]: KeySchema, item: Item, mismatch: Mismatch): Key {
  return {
    hash: part(item, hash, 'hash', mismatch),
    range: range === undefined ? '' : part(item, range, 'range', mismatch),
  };
}

function part(item: Item, { name, type }: KeyAttribute, kind: 'hash' | 'range', mismatch: Mismatch): string {
  const value = attribute(item, name);
  if (value?.[type] === undefined) throw mismatch(name, type);
  const text = sortable(value);
  if (text === '')
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
    );
  if (type !== 'N' && text.length > MAX_BYTES[kind])
    throw invalidParameters(
      kind === 'hash'
        ? 'Size of hashkey has exceeded the maximum size limit of2048 bytes'
        : 'Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
    );
  return text;
}

const notOfSchema = (): Error => invalid('The provided key element does not match the schema');
