/** Values that JSON, DynamoDB and the log hold alike, so that a result is the same before and after a crash. */
import { TidemarkError } from '../errors.ts';
import { MAX_NAME_BYTES } from './limits.ts';
import { textBytes, type Meter } from './value-size.ts';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** What counts as a value, and as which. */
export interface PlainRules {
  /** Lists and objects inside each other. */
  readonly maxLevels: number;
  readonly number: (value: number, what: string) => number | string;
  /** What JSON has no form for: a value in place of it. @throws VALUE_NOT_JSON (data) */
  readonly foreign: (value: unknown, what: string) => unknown;
  /** Whether objects go into a table of DynamoDB: it has no empty names, and none above 64 KiB. */
  readonly tableNames: boolean;
  /** Whether the names of objects are sorted: two equal values then have the same bytes. */
  readonly isSorted: boolean;
}

/**
 * A copy of a value as plain data, frozen: no name of an object is absent, and text is what UTF-8 can hold.
 * Reads each field once; whatever user code throws meanwhile is thrown.
 *
 * @param what names the value in an error
 * @param meter adds up its size, and throws when it is too large
 * @throws VALUE_NOT_JSON (data)
 */
export function plainValue(value: unknown, what: string, rules: PlainRules, meter?: Meter): JsonValue {
  return copied(value, what, rules, meter, 0);
}

function copied(given: unknown, what: string, rules: PlainRules, meter: Meter | undefined, level: number): JsonValue {
  const value = isForeign(given) ? rules.foreign(given, what) : given;
  if (value === undefined || value === null) {
    meter?.add(1, 4);
    return null;
  }
  if (typeof value === 'boolean') {
    meter?.add(1, 5);
    return value;
  }
  if (typeof value === 'string') return textOf(value, meter);
  if (typeof value === 'number') {
    const number = rules.number(value, what);
    if (typeof number === 'string') return textOf(number, meter);
    meter?.number(number);
    return number;
  }
  if (typeof value !== 'object') throw notJson(what, `a ${typeof value}`);
  if (level === rules.maxLevels) throw notJson(what, `more than ${rules.maxLevels} levels`);
  if (Array.isArray(value)) return listOf(value, what, rules, meter, level);
  if (isForeign(value)) throw notJson(what, 'an object of a class');
  return objectOf(value, what, rules, meter, level);
}

function textOf(text: string, meter: Meter | undefined): string {
  const wellFormed = text.toWellFormed();
  meter?.text(wellFormed);
  return wellFormed;
}

function listOf(
  list: readonly unknown[],
  what: string,
  rules: PlainRules,
  meter: Meter | undefined,
  level: number,
): JsonValue {
  // The places come first: of a billion absent elements none is looked at.
  meter?.add(3 + list.length, 2 + list.length);
  return Object.freeze(Array.from(list, (element) => copied(element, what, rules, meter, level + 1)));
}

function objectOf(value: object, what: string, rules: PlainRules, meter: Meter | undefined, level: number): JsonValue {
  meter?.add(3, 2);
  const fields: Array<[string, JsonValue]> = [];
  for (const key of Object.keys(value)) {
    const field: unknown = (value as Readonly<Record<string, unknown>>)[key];
    if (field === undefined) continue;
    const name = key.toWellFormed();
    if (rules.tableNames) requireTableName(name, what);
    meter?.add(1, 2);
    meter?.text(name);
    fields.push([name, copied(field, what, rules, meter, level + 1)]);
  }
  if (rules.isSorted) fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.freeze(Object.fromEntries(fields));
}

function requireTableName(name: string, what: string): void {
  if (name === '') throw notJson(what, 'an empty name');
  if (name.length * 3 > MAX_NAME_BYTES && textBytes(name) > MAX_NAME_BYTES)
    throw notJson(what, `a name of more than ${MAX_NAME_BYTES} bytes`);
}

/** Neither JSON's own nor an object that is nothing but its fields. */
function isForeign(value: unknown): boolean {
  if (typeof value === 'object') return value !== null && !Array.isArray(value) && !isPlain(value);
  return typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function';
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null) &&
    !hasToJson(value)
  );
}

export function hasToJson(value: object): value is { toJSON(name: string): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

export function notJson(what: string, got: string): TidemarkError {
  return new TidemarkError(
    'data',
    'VALUE_NOT_JSON',
    `${what} must be a value that JSON can hold, got ${got}; convert it in the schema`,
  );
}
