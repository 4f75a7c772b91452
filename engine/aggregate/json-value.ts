/** Values that JSON, DynamoDB and the log hold alike, so that a result is the same before and after a crash. */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { TidemarkError } from '../errors.ts';
import { requireExact } from '../exact-number.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** DynamoDB takes 32 levels, some of which are the row's own. */
const MAX_DEPTH = 16;

/**
 * The one form of a value, frozen: names of objects sorted and none of them absent, no -0, text that UTF-8 can hold.
 *
 * @param what names the value in an error
 * @throws VALUE_NOT_JSON (data) for what JSON has no form for: dates, functions, NaN …
 */
export function toJsonValue(value: unknown, what: string): JsonValue {
  return cleaned(value, what, 0, (number) => {
    if (!Number.isFinite(number)) throw notJson(what, String(number));
    return number + 0;
  });
}

/**
 * The same for a value that is told from others: no number that another one may have become.
 *
 * @throws VALUE_NOT_JSON, NUMBER_NOT_EXACT (data)
 */
export function toIdentity(value: unknown, what: string): JsonValue {
  return cleaned(value, what, 0, (number) => requireExact('NUMBER_NOT_EXACT', what, number));
}

/** The same for what stays inside: any number goes. */
export function toPlainData(value: unknown, what: string): JsonValue {
  return cleaned(value, what, 0, (number) => number);
}

function cleaned(value: unknown, what: string, depth: number, clean: (number: number) => number): JsonValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return clean(value);
  if (typeof value !== 'object') throw notJson(what, `a ${typeof value}`);
  if (depth === MAX_DEPTH) throw notJson(what, `more than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return Object.freeze(value.map((element) => cleaned(element, what, depth + 1, clean)));
  if (!isPlain(value)) throw notJson(what, 'an object of a class');
  const fields: Array<[string, JsonValue]> = [];
  for (const [name, field] of Object.entries(value)) {
    if (name === '') throw notJson(what, 'an empty name');
    if (field !== undefined) fields.push([name.toWellFormed(), cleaned(field, what, depth + 1, clean)]);
  }
  return Object.freeze(Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Bytes of a value in a table, at most. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function storedBytes(value: JsonValue): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number') return String(value).length + 1;
  if (typeof value === 'string') return textBytes(value);
  if (isList(value)) return value.reduce<number>((bytes, element) => bytes + 1 + storedBytes(element), 3);
  return Object.entries(value).reduce((bytes, [name, field]) => bytes + 1 + textBytes(name) + storedBytes(field), 3);
}

const TAGS = { null: 0, false: 1, true: 2, number: 3, text: 4, list: 5, object: 6 } as const;

/** Equal values give equal bytes. */
export function writeJson(writer: ByteWriter, value: JsonValue): void {
  if (value === null) {
    writer.byte(TAGS.null);
  } else if (typeof value === 'boolean') {
    writer.byte(value ? TAGS.true : TAGS.false);
  } else if (typeof value === 'number') {
    writer.byte(TAGS.number);
    writer.number(value);
  } else if (typeof value === 'string') {
    writer.byte(TAGS.text);
    writer.string(value);
  } else if (isList(value)) {
    writer.byte(TAGS.list);
    writer.varint(value.length);
    for (const element of value) writeJson(writer, element);
  } else {
    const names = Object.keys(value).sort();
    writer.byte(TAGS.object);
    writer.varint(names.length);
    for (const name of names) {
      writer.string(name);
      writeJson(writer, value[name] as JsonValue);
    }
  }
}

/** @throws CORRUPT_BYTES (internal) */
export function readJson(reader: ByteReader): JsonValue {
  const tag = reader.byte();
  switch (tag) {
    case TAGS.null: return null;
    case TAGS.false: return false;
    case TAGS.true: return true;
    case TAGS.number: return reader.definedNumber();
    case TAGS.text: return reader.string();
    case TAGS.list: return Array.from({ length: reader.varint() }, () => readJson(reader));
    case TAGS.object: return Object.fromEntries(Array.from({ length: reader.varint() }, () => [reader.string(), readJson(reader)]));
    default: throw new TidemarkError('internal', 'CORRUPT_BYTES', `stored bytes must be a value, got tag ${tag}; restore the object from a backup`);
  }
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** Length in UTF-8. */
function textBytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts two of its four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

function notJson(what: string, got: string): TidemarkError {
  return new TidemarkError('data', 'VALUE_NOT_JSON', `${what} must be a value that JSON can hold, got ${got}; convert it in the schema`);
}
