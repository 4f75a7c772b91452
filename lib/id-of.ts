import { createHash } from 'node:crypto';

/** Names above this are cut: alarms have 255 characters, consumer groups 200. */
const MAX_NAME = 64;
const HASH_DIGITS = 12;

/**
 * Id of a part of which a pipeline may have several, by what it belongs to: the first one keeps its name, whatever comes behind it.
 *
 * @example idOf('Doorbell', 'by-customer', 0) // 'Doorbell'
 * @example idOf('Doorbell', 'all', 1) // 'Doorbell-all'
 */
export function idOf(what: string, name: string, place: number): string {
  return place === 0 ? what : `${what}-${shortName(name)}`;
}

/** A name as it is, or its beginning with a hash of all of it. */
export function shortName(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS);
  return `${name.slice(0, MAX_NAME - HASH_DIGITS - 1)}-${hash}`;
}
