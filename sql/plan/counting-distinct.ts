import type { Aggregator } from '../../engine/aggregate/aggregate.ts';
import type { Value } from '../types/sql-type.ts';

/** A group counts so many different values, and so many characters of them; what it holds of more is no number. */
const MAX_VALUES = 1_000;
const MAX_CHARACTERS = 16_384;

/** Different values as JSON, ascending, which keeps texts that UTF-8 cannot; undefined: there were too many. */
type Values = readonly string[] | undefined;

/** What the count of too many is: no column of results takes it. */
export const TOO_MANY = -1n;

/**
 * How many different values there are, exactly. Too many make no error where the last of them comes: then the order would decide
 * which records count.
 */
export const countingDistinct: Aggregator<Exclude<Value, null>, Values, number | bigint> = {
  resultType: 'integer',
  init: () => [],
  add: (values, value) => merged(values, [JSON.stringify(value)]),
  merge: (a, b) => merged(a, b),
  result: (values) => values?.length ?? TOO_MANY,
  write: (writer, values) => {
    writer.varint(values?.length ?? MAX_VALUES + 1);
    for (const value of values ?? []) writer.string(value);
  },
  read: (reader) => {
    const length = reader.varint();
    return length > MAX_VALUES ? undefined : Array.from({ length }, () => reader.string());
  },
};

function merged(a: Values, b: Values): Values {
  if (a === undefined || b === undefined) return undefined;
  const more = b.filter((value) => !has(a, value));
  if (more.length === 0) return a;
  const all = more.length === 1 ? inserted(a, more[0] as string) : [...a, ...more].sort();
  const characters = all.reduce((sum, { length }) => sum + length, 0);
  return all.length > MAX_VALUES || characters > MAX_CHARACTERS ? undefined : all;
}

const has = (values: readonly string[], value: string): boolean => values[placeOf(values, value)] === value;

const inserted = (values: readonly string[], value: string): readonly string[] =>
  values.toSpliced(placeOf(values, value), 0, value);

/** How many are below. */
function placeOf(values: readonly string[], value: string): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((values[middle] as string) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
