/** Values of records and aggregates as the state keeps them. */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { TidemarkError } from '../errors.ts';
import { requireExact } from '../exact-number.ts';
import { notJson, plainValue, type JsonValue, type PlainRules } from '../value/plain-value.ts';
import { textBytes } from '../value/value-size.ts';

export type { JsonValue } from '../value/plain-value.ts';

/** A row adds some levels of its own to what its aggregates keep. */
const MAX_KEPT_LEVELS = 16;

const kept = (number: PlainRules['number']): PlainRules => ({
  maxLevels: MAX_KEPT_LEVELS,
  number,
  foreign: refused,
  tableNames: true,
  isSorted: true,
});
const PLAIN_DATA = /* @__PURE__ */ kept((value) => value);
const JSON_DATA = /* @__PURE__ */ kept(finite);
const IDENTITY = /* @__PURE__ */ kept((value, what) => requireExact('NUMBER_NOT_EXACT', what, value));

function refused(value: unknown, what: string): never {
  throw notJson(what, typeof value === 'object' ? 'an object of a class' : `a ${typeof value}`);
}

function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw notJson(what, String(value));
  return value + 0;
}

/**
 * The one form of a value, frozen: names of objects sorted and none of them absent, no -0, text that UTF-8 can hold.
 *
 * @param what names the value in an error
 * @throws VALUE_NOT_JSON (data) for what JSON has no form for: dates, functions, NaN …
 */
export function toJsonValue(value: unknown, what: string): JsonValue {
  return plainValue(value, what, JSON_DATA);
}

/**
 * The same for a value that is told from others: no number that another one may have become.
 *
 * @throws VALUE_NOT_JSON, NUMBER_NOT_EXACT (data)
 */
export function toIdentity(value: unknown, what: string): JsonValue {
  return plainValue(value, what, IDENTITY);
}

/** The same for what stays inside: any number goes. */
export function toPlainData(value: unknown, what: string): JsonValue {
  return plainValue(value, what, PLAIN_DATA);
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
    case TAGS.null:
      return null;
    case TAGS.false:
      return false;
    case TAGS.true:
      return true;
    case TAGS.number:
      return reader.definedNumber();
    case TAGS.text:
      return reader.string();
    case TAGS.list:
      return Array.from({ length: reader.varint() }, () => readJson(reader));
    case TAGS.object:
      return Object.fromEntries(Array.from({ length: reader.varint() }, () => [reader.string(), readJson(reader)]));
    default:
      throw new TidemarkError(
        'internal',
        'CORRUPT_BYTES',
        `stored bytes must be a value, got tag ${tag}; restore the object from a backup`,
      );
  }
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
