import { keyOfRow } from '../key.ts';

/** A key that has no value meets no other one, not even another without a value: SQL's NULL. */
export function isNullKey(fields: readonly string[], value: unknown): boolean {
  const given = Object(value) as Readonly<Record<string, unknown>>;
  return fields.some((field) => (given[field] ?? undefined) === undefined);
}

/**
 * The key by which a row comes to its receiver; a part without a value is called `null`.
 *
 * @throws KEY_INVALID (data)
 */
export function joinKeyOf(fields: readonly string[], value: unknown): string {
  if (!isNullKey(fields, value)) return keyOfRow(fields, value);
  const given = Object(value) as Readonly<Record<string, unknown>>;
  return keyOfRow(fields, Object.fromEntries(fields.map((field) => [field, given[field] ?? 'null'])));
}
