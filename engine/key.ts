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
  return fields.length === 1 ? routing : joined(fields, [routing, ...partsIn(fields.slice(1), value)]);
}

/**
 * The same of a row that goes through an exchange: its key need not be that of the record.
 *
 * @throws KEY_INVALID (data)
 */
export function keyOfRow(fields: readonly string[], value: unknown): string {
  const parts = partsIn(fields, value);
  return parts.length === 1 ? (parts[0] as string) : joined(fields, parts);
}

const partsIn = (fields: readonly string[], value: unknown): string[] => fields.map((field) => keyPart(value, field));

function joined(fields: readonly string[], parts: readonly string[]): string {
  const key = joinParts(parts);
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
