/** Which fields of a record an aggregate may take: checked by the compiler, and again with every record. */
import { requireSetting, TidemarkError } from '../errors.ts';
import { storedBytes, toJsonValue, type JsonValue } from './json-value.ts';

/** Never a value: its text is what the compiler shows when a definition is wrong. */
export interface Mistake<Text extends string> {
  readonly mistake: Text;
}

/** `F` may be the name of a field of `V` that is a number, where it is there: adds nothing then, else a sentence. */
export type NumberField<V, F extends string, Kind = number> = F extends keyof V
  ? [V[F]] extends [Kind | null | undefined]
    ? unknown
    : Mistake<`the field '${F}' is not a number`>
  : Mistake<`the record has no field '${F}'`>;

/** null where the field `F` of a record may be null or absent: then it may be so in every record of a window. */
export type NullOf<V, F> = F extends keyof V
  ? null extends V[F]
    ? null
    : undefined extends V[F]
      ? null
      : never
  : never;

/** What JSON has no form for. */
type NotJson =
  | bigint
  | symbol
  | Date
  | ReadonlyMap<never, never>
  | ReadonlySet<never>
  | ArrayBufferView
  | ((...args: never) => unknown);

type StorableField<V, F> = F extends keyof V
  ? [Extract<V[F], NotJson>] extends [never]
    ? unknown
    : Mistake<`the field '${F & string}' is nothing that JSON can hold: convert it in the schema`>
  : Mistake<`the record has no field '${F & string}'`>;

/** One field, or several. */
export type Take = string | readonly string[];

/** `T` may be taken from records of type `V`: adds nothing then, else a sentence for each wrong field. */
export type StorableFields<V, T extends Take> = T extends readonly string[]
  ? { readonly [I in keyof T]: T[I] & StorableField<V, T[I]> }
  : StorableField<V, T>;

/** A record that has these fields. */
export type WithFields<T extends Take, Value = unknown> = {
  readonly [K in T extends readonly string[] ? T[number] : T]: Value;
};

/** What is taken from a record of type `V`: the field's value, or an object with the fields. */
export type Taken<V, T extends Take> = T extends keyof V
  ? Present<V[T]>
  : T extends readonly string[]
    ? { readonly [K in T[number] & keyof V]: Present<V[K]> }
    : never;

/** A result has null where a record has nothing. */
type Present<Value> = undefined extends Value ? Exclude<Value, undefined> | null : Value;

export function requireField(name: string, field: string): void {
  requireSetting(name, field, typeof field === 'string' && field !== '', 'a field name', 'name a field of the schema');
}

/** Null and absent are the same: a record that has nothing there. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/**
 * Reads a numeric field; undefined where it is null or absent.
 *
 * @param below magnitudes from here on are refused, so that no order of the records can make a sum overflow
 * @throws NOT_A_NUMBER (data) when it is no finite number: the schema let it through
 * @throws NUMBER_TOO_LARGE (data)
 */
export function numberIn(field: string, below = Infinity): (value: unknown) => number | undefined {
  requireField('field', field);
  return (value) => {
    const number = (value as Readonly<Record<string, unknown>>)[field];
    if (isAbsent(number)) return undefined;
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      throw new TidemarkError(
        'data',
        'NOT_A_NUMBER',
        `${field} must be a finite number, got ${typeof number}; let the schema refuse it`,
      );
    }
    if (Math.abs(number) >= below) {
      throw new TidemarkError(
        'data',
        'NUMBER_TOO_LARGE',
        `${field} must be below ${below} in magnitude, got a larger one; aggregate it in a larger unit`,
      );
    }
    return number;
  };
}

/**
 * Reads one field, or several as an object of them.
 *
 * @param form what the value becomes; the name of the fields is for its errors
 */
export function takeIn<T>(take: Take, form: (taken: unknown, name: string) => T): (value: unknown) => T {
  const fields = typeof take === 'string' ? [take] : take;
  requireSetting(
    'take',
    take,
    Array.isArray(fields) && fields.length > 0 && new Set(fields).size === fields.length,
    'a field name or a list of different ones',
    'name fields of the schema',
  );
  for (const field of fields) requireField('take', field);
  const name = fields.join(', ');
  const pick = (value: Readonly<Record<string, unknown>>): unknown =>
    typeof take === 'string' ? value[take] : Object.fromEntries(take.map((field) => [field, value[field]]));
  return (value) => form(pick(value as Readonly<Record<string, unknown>>), name);
}

/**
 * Reads one field or several, as a value that every sink and the log can hold.
 *
 * @throws VALUE_NOT_JSON (data) when the value has no form in JSON
 * @throws VALUE_TOO_LARGE (data) when it takes more than `maxBytes`
 */
export function valueIn(take: Take, maxBytes: number): (value: unknown) => JsonValue {
  return takeIn(take, (taken, name) => {
    const value = toJsonValue(taken, name);
    const bytes = storedBytes(value);
    if (bytes > maxBytes) {
      throw new TidemarkError(
        'data',
        'VALUE_TOO_LARGE',
        `${name} must take at most ${maxBytes} bytes, got ${bytes}; take fewer fields or set maxBytes`,
      );
    }
    return value;
  });
}
