import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isTableNumber } from '../../engine/value/limits.ts';
import type { JsonValue } from '../../engine/value/plain-value.ts';

/**
 * A value of a result as a DynamoDB attribute. Every double that DynamoDB can hold comes back exactly; the others
 * (1e126 and above, below 1e-130) become their decimal text.
 */
export function toAttributeValue(value: JsonValue): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return isTableNumber(value) ? { N: String(value) } : { S: String(value) };
  if (Array.isArray(value)) return { L: (value as readonly JsonValue[]).map(toAttributeValue) };
  return { M: toAttributeMap(value as Readonly<Record<string, JsonValue>>) };
}

export function toAttributeMap(values: Readonly<Record<string, JsonValue>>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toAttributeValue(value)]));
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
