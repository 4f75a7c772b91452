/** The check on everything that leaves an operator for the sinks (PL-15): what passes is plain data that all of them take. */
import type { ResultColumn } from '../plan/results.ts';
import { MAX_NESTING } from '../decode.ts';
import { TidemarkError } from '../errors.ts';
import { RESERVED_NAMES, type ResultRow } from '../outputs.ts';
import {
  MAX_ITEM_BYTES,
  MAX_LAKE_LINE_BYTES,
  MAX_LEVELS,
  MAX_LINE_BYTES,
  LINE_OVERHEAD_BYTES,
  ROW_OVERHEAD_BYTES,
  jsonNumber,
} from './limits.ts';
import { hasToJson, notJson, plainValue, type JsonValue, type PlainRules } from './plain-value.ts';
import { Meter, textBytes } from './value-size.ts';

const ROW_VALUE: PlainRules = {
  maxLevels: MAX_LEVELS,
  number: jsonNumber,
  foreign: asJson,
  tableNames: true,
  isSorted: false,
};
const SIDE_VALUE: PlainRules = {
  maxLevels: MAX_NESTING,
  number: jsonNumber,
  foreign: asJson,
  tableNames: false,
  isSorted: false,
};
/** The receiver must get the very value that the sender had: nothing is converted. */
const EXCHANGED: PlainRules = {
  maxLevels: MAX_NESTING,
  number: finite,
  foreign: refused,
  tableNames: false,
  isSorted: false,
};
const ROW_LIMITS = Object.freeze({ stored: MAX_ITEM_BYTES, line: MAX_LINE_BYTES });
const SIDE_LIMITS = Object.freeze({ stored: Number.POSITIVE_INFINITY, line: MAX_LAKE_LINE_BYTES });
/** A number that is a column's value takes no more [bytes]. */
const NUMBER_BYTES = 25;
/** A text that is a column's value, up to here: what it could take at most is nothing beside the limits [characters]. */
const SHORT_TEXT = 256;
const TWO_TO_63 = 2 ** 63;

/** How the results of one pipeline are checked. */
export class RowCheck {
  readonly #columns: ReadonlyArray<ResultColumn & { readonly bytes: number }>;
  readonly #names: ReadonlySet<string>;

  constructor(columns: readonly ResultColumn[]) {
    this.#columns = columns.map((column) => ({ ...column, bytes: textBytes(column.name) }));
    this.#names = new Set(columns.map(({ name }) => name));
  }

  /**
   * The row with its values as plain data, every column there and of its type; a tombstone has those that it was given.
   *
   * @throws RESULT_INVALID, VALUE_NOT_JSON, VALUE_TOO_LARGE (data)
   */
  checked(row: ResultRow): ResultRow {
    const given = valuesOf(row);
    const meter = new Meter('result', ROW_LIMITS);
    meter.add(ROW_OVERHEAD_BYTES, LINE_OVERHEAD_BYTES);
    const values: Record<string, JsonValue> = {};
    for (const { name, type, bytes } of this.#columns) {
      const isGiven = Object.hasOwn(given, name);
      if (row.retracted === true && !isGiven) continue;
      meter.add(bytes + 1, bytes + 4);
      values[name] = columnValue(isGiven ? given[name] : null, name, type, meter);
    }
    for (const name of Object.keys(given)) {
      if (this.#names.has(name) || given[name] === undefined) continue;
      if (name === '' || RESERVED_NAMES.includes(name))
        throw invalid(`name ${JSON.stringify(name)}`, `none of ${RESERVED_NAMES.join(', ')}`, 'it');
      Object.assign(values, plainValue({ [name]: given[name] }, 'result', ROW_VALUE, meter));
    }
    return { ...row, values };
  }
}

/** @throws VALUE_NOT_JSON, VALUE_TOO_LARGE (data) */
export function checkedSideValue(output: string, value: unknown): JsonValue {
  const what = `value for ${output}`;
  const meter = new Meter(what, SIDE_LIMITS);
  meter.add(0, LINE_OVERHEAD_BYTES);
  return plainValue(value, what, SIDE_VALUE, meter);
}

/**
 * A record as it goes through an exchange. A date would come out as a text, and NaN as another: code behind the exchange
 * counts on what the schema says.
 *
 * @throws VALUE_NOT_JSON, VALUE_TOO_LARGE (data)
 */
export function checkedExchanged(value: unknown): JsonValue {
  const flat = flatCopy(value);
  if (flat !== undefined) return flat;
  const meter = new Meter(EXCHANGE, SIDE_LIMITS);
  return plainValue(value, EXCHANGE, EXCHANGED, meter);
}

const EXCHANGE = 'record for the exchange';
/** Of all names and texts of a record that `flatCopy` takes: no such record comes near a limit [characters]. */
const FLAT_CHARACTERS = 10_000;

/** What `plainValue` makes of a record as most are: a few fields, none of them a list or an object. Undefined for others. */
function flatCopy(value: unknown): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || hasToJson(value)) return undefined;
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  const copy: Record<string, JsonValue> = {};
  let characters = 0;
  for (const name of Object.keys(value)) {
    const field: unknown = (value as Readonly<Record<string, unknown>>)[name];
    const isPlain = typeof field === 'number' ? Number.isFinite(field) : typeof field === 'boolean' || field === null;
    if (!isPlain && !(typeof field === 'string' && field.isWellFormed())) return undefined;
    characters += name.length + 32 + (typeof field === 'string' ? field.length : 0);
    if (characters > FLAT_CHARACTERS || name === '__proto__' || !name.isWellFormed()) return undefined;
    // JSON has no -0: what comes out at the receiver is 0, and so is what is combined here.
    copy[name] = (typeof field === 'number' ? field + 0 : field) as JsonValue;
  }
  return Object.freeze(copy);
}

function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw notJson(what, String(value));
  return value + 0;
}

function refused(value: unknown, what: string): never {
  const kind = typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
  throw notJson(what, kind === 'Object' ? 'an object of a class' : `a value of type ${kind}`);
}

function valuesOf({ values }: ResultRow): Readonly<Record<string, unknown>> {
  const given: unknown = values;
  const tag = Object.prototype.toString.call(given);
  if (tag !== '[object Object]') throw invalid('values', 'an object', tag);
  return given as Readonly<Record<string, unknown>>;
}

function columnValue(given: unknown, name: string, type: ResultColumn['type'], meter: Meter): JsonValue {
  if (given === undefined || given === null) {
    meter.add(1, 4);
    return null;
  }
  switch (type) {
    case 'integer': {
      const value = typeof given === 'bigint' && isExact(given) ? Number(given) : given;
      if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) >= TWO_TO_63)
        throw mistyped(name, 'a whole number of less than 2^63 in magnitude', given);
      meter.add(NUMBER_BYTES, NUMBER_BYTES);
      return value + 0;
    }
    case 'number': {
      const value = typeof given === 'bigint' && isExact(given) ? Number(given) : given;
      if (typeof value !== 'number') throw mistyped(name, 'a number', given);
      meter.add(NUMBER_BYTES, NUMBER_BYTES);
      return jsonNumber(value);
    }
    case 'text': {
      const value = given instanceof Date ? asJson(given, name) : typeof given === 'bigint' ? String(given) : given;
      if (typeof value !== 'string') throw mistyped(name, 'a text', given);
      if (value.length <= SHORT_TEXT && value.isWellFormed()) {
        meter.add(value.length * 3, value.length * 6 + 2);
        return value;
      }
      return plainValue(value, name, ROW_VALUE, meter);
    }
    case 'boolean': {
      if (typeof given !== 'boolean') throw mistyped(name, 'true or false', given);
      meter.add(1, 5);
      return given;
    }
    case 'json':
      return plainValue(given, name, ROW_VALUE, meter);
  }
}

/** What `JSON.stringify` would make of it, but for what it would leave out or lose in silence. */
function asJson(value: unknown, what: string): unknown {
  if (typeof value === 'bigint') return isExact(value) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) throw notJson(what, `a ${typeof value}`);
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof Date && Number.isNaN(value.getTime())) throw notJson(what, 'an invalid date');
  if (hasToJson(value)) return value.toJSON('');
  // An object of the user's own class is its fields; a map or a set has none, and would be lost.
  if (Object.prototype.toString.call(value) === '[object Object]') return Object.fromEntries(Object.entries(value));
  throw notJson(what, 'an object of a class');
}

function isExact(value: bigint): boolean {
  return Number.isSafeInteger(Number(value));
}

function toBase64(bytes: Uint8Array): string {
  if (bytes.length > MAX_LAKE_LINE_BYTES) throw notJson('bytes', `more than ${MAX_LAKE_LINE_BYTES}`);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function mistyped(name: string, rule: string, given: unknown): TidemarkError {
  const got =
    typeof given === 'number' ? String(given) : Array.isArray(given) ? 'a list' : `a value of type ${typeof given}`;
  return invalid(name, `${rule}, or null`, got);
}

function invalid(what: string, rule: string, got: string): TidemarkError {
  return new TidemarkError(
    'data',
    'RESULT_INVALID',
    `result ${what} must be ${rule}, got ${got}; correct the pipeline, or the type that it declares`,
  );
}
