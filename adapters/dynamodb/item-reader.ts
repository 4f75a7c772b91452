/** Reads the attributes of an item that Tidemark wrote, and says which one is not as it was written. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../engine/errors.ts';
import type { Body } from '../../engine/partition-log/entry.ts';
import type { SpillPart } from '../../engine/partition-log/log-id.ts';

export type Item = Record<string, AttributeValue>;

export function bodyItem(name: SpillPart, body: Body): Item {
  return 'inline' in body ? { [name]: { B: body.inline } } : { [`${name}Key`]: { S: body.blobKey } };
}

export function readBody(item: Item, name: SpillPart): Body {
  const inline = item[name]?.B;
  return inline === undefined ? { blobKey: readText(item, `${name}Key`) } : { inline };
}

export function readText(item: Item, name: string): string {
  const text = item[name]?.S;
  if (text === undefined) throw corrupt(item, name, 'a string');
  return text;
}

export function readNumber(item: Item, name: string): number {
  return toNumber(item, name, item[name]?.N);
}

export function toNumber(item: Item, name: string, text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || !Number.isFinite(value)) throw corrupt(item, name, 'a number');
  return value;
}

export function readOffset(item: Item, name: string): bigint {
  const text = readText(item, name);
  if (!/^-?\d+$/.test(text)) throw corrupt(item, name, 'a decimal integer');
  return BigInt(text);
}

export function corrupt(item: Item, name: string, rule: string): TidemarkError {
  const key = item['slotKey']?.S ?? '';
  const text = `attribute ${name} of slot ${key} must be ${rule}, got ${item[name] === undefined ? 'nothing' : 'something else'}; the log table holds an item that Tidemark did not write`;
  return new TidemarkError('internal', 'LOG_CORRUPT', text, { context: { slotKey: key, attribute: name } });
}
