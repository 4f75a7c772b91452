import { dataError, keyPart, MAX_KEY_BYTES } from './decode.ts';

/**
 * The grouping key of one or several fields. One field: its text. Several: each with its length before it, so that no value
 * can be mistaken for a part of another, the partition key's first.
 *
 * @example keyOfFields(['origin', 'carrier'], { origin: 'ATL', carrier: 'DL' }, 'ATL') // '3:ATL2:DL'
 * @throws KEY_INVALID, KEY_MISMATCH (data) the first field must be the record's partition key (PL-26)
 */
export function keyOfFields(fields: readonly string[], value: unknown, partitionKey: string): string {
  const first = fields[0] as string;
  const routing = keyPart(value, first);
  if (routing !== partitionKey) {
    throw dataError(
      'KEY_MISMATCH',
      `${first} must equal the record's partition key, got another; use ${first} as partition key in the producer`,
    );
  }
  if (fields.length === 1) return routing;
  const key = joinParts([routing, ...fields.slice(1).map((field) => keyPart(value, field))]);
  if (key.length * 3 > MAX_KEY_BYTES && new TextEncoder().encode(key).length > MAX_KEY_BYTES) {
    throw dataError(
      'KEY_INVALID',
      `${fields.join(' and ')} must make a key of at most ${MAX_KEY_BYTES} bytes, got more; group by fewer or shorter fields`,
    );
  }
  return key;
}

export function joinParts(parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join('');
}

/** The fields' texts again, from a key that `joinParts` made. */
export function partsOf(key: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < key.length;) {
    const colon = key.indexOf(':', at);
    const end = colon + 1 + Number(key.slice(at, colon));
    parts.push(key.slice(colon + 1, end));
    at = end;
  }
  return parts;
}
