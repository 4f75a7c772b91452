import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { decimalBytes } from '../../engine/value/value-size.ts';

/**
 * Size of an item as DynamoDB counts it [bytes]: names and values.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

/** Write units of putting `item` over `previous`: one per KB of the larger. A failed condition costs the same. */
export function putWriteUnits(
  item: Readonly<Record<string, AttributeValue>>,
  previous?: Readonly<Record<string, AttributeValue>>,
): number {
  return Math.max(1, Math.ceil(Math.max(itemBytes(item), previous === undefined ? 0 : itemBytes(previous)) / 1024));
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return decimalBytes(value.N);
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined) return 3 + itemBytes(value.M) + Object.keys(value.M).length;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, element) => sum + valueBytes(element) + 1, 0);
  return 1;
}
