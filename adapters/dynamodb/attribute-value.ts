import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../engine/errors.ts';

/** DynamoDB holds 38 digits, but only magnitudes from 1e-130 to below 1e126. */
const SMALLEST = 1e-130;
const TOO_LARGE = 1e126;

/**
 * A value of a result as a DynamoDB attribute. Every integer and double that DynamoDB can hold comes back exactly; the
 * others (infinities, NaN, 1e126 and above, below 1e-130, bigints over 2^53) become their decimal text, as in the lake.
 *
 * @throws RESULT_NOT_STORABLE (internal) for functions and symbols
 */
export function toAttributeValue(value: unknown): AttributeValue {
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return isStorable(value) ? { N: String(value) } : { S: String(value) };
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? { N: String(value) } : { S: String(value) };
  if (ArrayBuffer.isView(value)) return { B: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) };
  if (Array.isArray(value)) return { L: value.map(toAttributeValue) };
  if (value instanceof Date) return { S: value.toISOString() };
  if (typeof value === 'object') return { M: toAttributeMap(value) };
  throw new TidemarkError('internal', 'RESULT_NOT_STORABLE', `a result value must be data, got a ${typeof value}; return numbers, strings, arrays or objects from the aggregate`);
}

/** The fields of an object; those that are undefined are left out. */
export function toAttributeMap(values: object): Record<string, AttributeValue> {
  const fields = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields.map(([name, value]) => [name, toAttributeValue(value)]));
}

/** The reverse; a number comes back as the nearest double. */
export function fromAttributeValue(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.B !== undefined) return attribute.B;
  if (attribute.L !== undefined) return attribute.L.map(fromAttributeValue);
  if (attribute.M !== undefined) return fromAttributeMap(attribute.M);
  return null;
}

export function fromAttributeMap(map: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, fromAttributeValue(value)]));
}

function isStorable(value: number): boolean {
  const magnitude = Math.abs(value);
  return magnitude === 0 || (magnitude >= SMALLEST && magnitude < TOO_LARGE);
}
