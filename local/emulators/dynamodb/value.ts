/** Attribute values as they are in JSON, and the rules that DynamoDB holds them to. */
import { canonicalNumber, numberBytes } from './number.ts';
import { invalid, invalidParameters } from './service-error.ts';
import { ServiceError } from '../service-error.ts';

export type Type = 'S' | 'N' | 'B' | 'SS' | 'NS' | 'BS' | 'M' | 'L' | 'BOOL' | 'NULL';

/** One type and what it holds; B in base 64. @example { N: '12' } */
export type Value = Readonly<Partial<Record<Type, unknown>>>;

export type Item = Readonly<Record<string, Value>>;

export const MAX_ITEM_BYTES = 400 * 1024;

/** Lists and maps in each other: of 32 levels the innermost is what they hold. */
const MAX_CONTAINERS = 31;
const EMPTY_SETS = { SS: 'An string set  may not be empty', NS: 'An number set  may not be empty' };

export function typeOf(value: Value): Type {
  for (const type in value) return type as Type;
  throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
}

export const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined for names that only objects of the language have. */
export function attribute(item: Item, name: string): Value | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/**
 * @returns the attributes with their numbers in the form that DynamoDB returns
 * @throws ValidationException · SerializationException
 */
export function checkedItem(attributes: unknown, level = 0): Item {
  if (!isItem(attributes)) throw wrongJson('Start of structure or map found where not expected');
  for (const name in attributes) {
    if (name === '') throw invalidParameters('Attribute name must not be empty');
    const value = attributes[name] as Value;
    // Most values are as they are to be, and need no copy.
    const checked = checkedValue(value, level + 1);
    if (checked !== value)
      Object.defineProperty(attributes, name, { value: checked, enumerable: true, configurable: true, writable: true });
  }
  return attributes;
}

/** @param level of the value; those of an item are at 1 */
export function checkedValue(value: unknown, level = 1): Value {
  if (!isItem(value)) throw wrongJson('Unexpected value type in payload');
  const type = typeOf(value);
  if (Object.keys(value).length > 1)
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  const held: unknown = value[type];
  switch (type) {
    case 'S':
      if (typeof held !== 'string') throw wrongJson(`${nameOf(held)} cannot be converted to String`);
      return value;
    case 'N': {
      if (typeof held !== 'string') throw wrongJson(`${nameOf(held)} cannot be converted to String`);
      const number = canonicalNumber(held);
      return number === held ? value : { N: number };
    }
    case 'B':
      checkBase64(held);
      return value;
    case 'BOOL':
      if (typeof held !== 'boolean') throw wrongJson('Unexpected token received from parser');
      return value;
    case 'NULL':
      if (held !== true) throw invalidParameters('Null attribute value types must have the value of true');
      return value;
    case 'SS':
    case 'NS':
    case 'BS':
      return { [type]: checkedSet(type, held) };
    case 'M':
      requireLevel(level);
      return { M: checkedItem(held, level) };
    case 'L':
      requireLevel(level);
      if (!Array.isArray(held)) throw wrongJson('Unexpected field type');
      return { L: held.map((element) => checkedValue(element, level + 1)) };
    default:
      throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
}

function checkedSet(type: 'SS' | 'NS' | 'BS', held: unknown): readonly string[] {
  if (!Array.isArray(held) || held.some((element) => typeof element !== 'string'))
    throw wrongJson('Unexpected field type');
  const texts = held as string[];
  if (texts.length === 0) throw invalidParameters(type === 'BS' ? 'Binary sets should not be empty' : EMPTY_SETS[type]);
  if (type === 'BS') texts.forEach(checkBase64);
  const elements = type === 'NS' ? texts.map(canonicalNumber) : texts;
  if (new Set(elements).size === elements.length) return elements;
  if (type === 'NS') throw invalid('Input collection contains duplicates');
  throw invalidParameters(
    `Input collection [${texts.join(', ')}]${type === 'BS' ? 'of type BS' : ''} contains duplicates.`,
  );
}

function checkBase64(held: unknown): void {
  if (typeof held !== 'string') throw wrongJson('only base-64-encoded strings are convertible to bytes');
  if (held.length % 4 !== 0)
    throw wrongJson(`Base64 encoded length is expected a multiple of 4 bytes but found: ${held.length}`);
  if (Buffer.from(held, 'base64').toString('base64') !== held)
    throw wrongJson('Invalid last non-pad Base64 character dectected');
}

function requireLevel(level: number): void {
  if (level > MAX_CONTAINERS)
    throw invalid(
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    );
}

/**
 * Size as DynamoDB counts it [bytes]: names and values.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += Buffer.byteLength(name) + valueBytes(item[name] as Value);
  return bytes;
}

export function valueBytes(value: Value): number {
  if (typeof value.S === 'string') return Buffer.byteLength(value.S);
  if (typeof value.N === 'string') return numberBytes(value.N);
  if (typeof value.B === 'string') return binaryBytes(value.B);
  if (value.M !== undefined) return 3 + Object.keys(value.M as Item).length + itemBytes(value.M as Item);
  if (value.L !== undefined)
    return (value.L as readonly Value[]).reduce((sum, element) => sum + 1 + valueBytes(element), 3);
  if (value.SS !== undefined) return sum(value.SS, Buffer.byteLength);
  if (value.NS !== undefined) return sum(value.NS, numberBytes);
  if (value.BS !== undefined) return sum(value.BS, binaryBytes);
  return 1;
}

const sum = (texts: unknown, bytesOf: (text: string) => number): number =>
  (texts as readonly string[]).reduce((total, text) => total + bytesOf(text), 0);

function binaryBytes(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}

const nameOf = (held: unknown): string =>
  typeof held === 'number' ? 'NUMBER_VALUE' : held === true ? 'TRUE_VALUE' : 'FALSE_VALUE';

function wrongJson(text: string): ServiceError {
  return new ServiceError('SerializationException', text);
}
