/**
 * Rows column by column, so that equal and rising ones take little room: in JSON, for whatever a row may be.
 *
 *     rows      {k: 'ATL', at: 1,000, {at: 1,000, delay: 3}}  {k: 'ORD', at: 1,060, {at: 1,060, delay: 0}}
 *     columns   keys ATL ORD   times {20 × 50 3}   fields at, delay   columns {20 × 50 3} {3 0}
 */
import { TidemarkError } from '../errors.ts';
import type { Row } from './row.ts';

/** Before values had columns of their own. */
interface PlainColumns {
  readonly keys: readonly string[];
  readonly timesMs: readonly number[];
  readonly watermarksMs: readonly number[];
  readonly values: readonly unknown[];
}

interface Columns {
  readonly keys: Column;
  readonly times: Column;
  readonly watermarks: Column;
  /** Where not all rows are objects of the same fields. */
  readonly values?: readonly unknown[];
  readonly fields?: readonly string[];
  /** Of each field. */
  readonly columns?: readonly Column[];
}

type Column = readonly unknown[] | Steps | Texts;

/** The first one, and of each other by how much it is above the one before: so many times `by`. */
interface Steps {
  readonly by: number;
  readonly steps: readonly number[];
}

/** Each text once, and where it is. */
interface Texts {
  readonly texts: readonly string[];
  readonly at: readonly number[];
}

/** Numbers from here on are times or counters: what they rise by is shorter than they are. */
const WORTH_STEPS = 1e6;

export function columnsOf(rows: readonly Row[]): Columns {
  const fields = commonFields(rows);
  const values = rows.map(({ value }) => value);
  return {
    keys: packed(rows.map(({ key }) => key)),
    times: packed(rows.map(({ eventTimeMs }) => eventTimeMs)),
    watermarks: packed(rows.map(({ watermarkMs }) => watermarkMs)),
    ...(fields === undefined
      ? { values }
      : { fields, columns: fields.map((field) => packed(values.map((value) => (value as Fields)[field]))) }),
  };
}

/** @throws ROWS_UNKNOWN (unavailable) when newer code wrote them (PL-40) */
export function rowsOfColumns(stored: object): Row[] {
  if ('timesMs' in stored) {
    const { keys, timesMs, watermarksMs, values } = stored as PlainColumns;
    return rowsFrom(keys, timesMs, watermarksMs, values);
  }
  const { keys, times, watermarks, values, fields = [], columns } = stored as Columns;
  if (values === undefined && columns === undefined) {
    throw new TidemarkError(
      'unavailable',
      'ROWS_UNKNOWN',
      `rows of an exchange must be in a form that this code knows, got ${Object.keys(stored).join(', ')}; deploy the receivers anew`,
    );
  }
  const texts = unpacked(keys) as string[];
  return rowsFrom(
    texts,
    unpacked(times) as number[],
    unpacked(watermarks) as number[],
    values ?? objectsOf(texts.length, fields, columns ?? []),
  );
}

function rowsFrom(
  keys: readonly string[],
  timesMs: readonly number[],
  watermarksMs: readonly number[],
  values: readonly unknown[],
): Row[] {
  return keys.map((key, i) => ({
    key,
    eventTimeMs: timesMs[i] as number,
    watermarkMs: watermarksMs[i] as number,
    value: values[i],
  }));
}

type Fields = Readonly<Record<string, unknown>>;

/** In the order in which all rows have them; undefined: they differ. */
function commonFields([first, ...others]: readonly Row[]): string[] | undefined {
  const fields = fieldsOf(first?.value);
  // A name that cannot be assigned to.
  if (fields === undefined || fields.includes('__proto__')) return undefined;
  return others.every(({ value }) => areSame(fields, fieldsOf(value))) ? fields : undefined;
}

function fieldsOf(value: unknown): string[] | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : undefined;
}

function areSame(fields: readonly string[], others: readonly string[] | undefined): boolean {
  if (others?.length !== fields.length) return false;
  for (let f = 0; f < fields.length; f++) if (fields[f] !== others[f]) return false;
  return true;
}

function objectsOf(length: number, fields: readonly string[], columns: readonly Column[]): unknown[] {
  const lists = columns.map(unpacked);
  const values: unknown[] = [];
  for (let i = 0; i < length; i++) {
    const value: Record<string, unknown> = {};
    for (let f = 0; f < fields.length; f++) value[fields[f] as string] = lists[f]?.[i];
    values.push(value);
  }
  return values;
}

function packed(values: readonly unknown[]): Column {
  const [first] = values;
  if (typeof first === 'string') return asTexts(values) ?? values;
  if (typeof first === 'number' && Math.abs(first) >= WORTH_STEPS) return asSteps(values) ?? values;
  return values;
}

/** Only where adding them up gives the very same: doubles hold no more than 2^53. */
function asSteps(values: readonly unknown[]): Steps | undefined {
  const steps: number[] = [];
  let by = 0;
  let before = 0;
  for (const value of values) {
    const step = (value as number) - before;
    if (!Number.isSafeInteger(value) || !Number.isSafeInteger(step)) return undefined;
    steps.push(step);
    if (by !== 1) by = commonDivisor(by, step);
    before = value as number;
  }
  return { by, steps: by === 1 ? steps : steps.map((step) => step / by) };
}

function commonDivisor(a: number, b: number): number {
  let [divisor, rest] = [Math.abs(a), Math.abs(b)];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return divisor;
}

/** Only where they repeat. */
function asTexts(values: readonly unknown[]): Texts | undefined {
  const places = new Map<string, number>();
  const at: number[] = [];
  for (const value of values) {
    if (typeof value !== 'string') return undefined;
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    at.push(place);
  }
  return places.size * 2 > values.length ? undefined : { texts: [...places.keys()], at };
}

function unpacked(column: Column): readonly unknown[] {
  if ('texts' in column) return column.at.map((place) => column.texts[place]);
  if (!('steps' in column)) return column;
  let sum = 0;
  return column.steps.map((step) => (sum += step * column.by));
}
