/**
 * Rows column by column, so that equal and rising ones take little room: in JSON, for whatever a row may be.
 *
 *     rows      {k: 'ATL', at: 1,000, {at: 1,000, delay: 3}}  {k: 'ORD', at: 1,060, {at: 1,060, delay: 0}}
 *     columns   keys ATL ORD   times {steps 1,000 60}   fields at, delay   columns {steps 1,000 60} {3 0}
 */
import { TidemarkError } from '../errors.ts';
import type { Row } from './rows.ts';

/** Before values had columns of their own. */
interface PlainColumns {
  readonly keys: readonly string[];
  readonly timesMs: readonly number[];
  readonly watermarksMs: readonly number[];
  readonly values: readonly unknown[];
}

interface Columns {
  readonly keys: readonly string[];
  readonly times: Column;
  readonly watermarks: Column;
  /** Where not all rows are objects of the same fields. */
  readonly values?: readonly unknown[];
  readonly fields?: readonly string[];
  /** Of each field. */
  readonly columns?: readonly Column[];
}

type Column = readonly unknown[] | Steps;

/** The first one, and of each other by how much it is above the one before. */
interface Steps {
  readonly steps: readonly number[];
}

/** Numbers from here on are times or counters: what they rise by is shorter than they are. */
const WORTH_STEPS = 1e6;

export function columnsOf(rows: readonly Row[]): Columns {
  const fields = commonFields(rows);
  const values = rows.map(({ value }) => value);
  return {
    keys: rows.map(({ key }) => key),
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
  return rowsFrom(
    keys,
    unpacked(times) as number[],
    unpacked(watermarks) as number[],
    values ?? objectsOf(keys.length, fields, columns ?? []),
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
  return others?.length === fields.length && others.every((field, i) => field === fields[i]);
}

function objectsOf(length: number, fields: readonly string[], columns: readonly Column[]): unknown[] {
  const lists = columns.map(unpacked);
  return Array.from({ length }, (_, i) => {
    const value: Record<string, unknown> = {};
    for (const [f, field] of fields.entries()) value[field] = lists[f]?.[i];
    return value;
  });
}

/** As steps only where adding them up gives the very same: doubles hold no more than 2^53. */
function packed(values: readonly unknown[]): Column {
  if (typeof values[0] !== 'number' || Math.abs(values[0]) < WORTH_STEPS) return values;
  if (!values.every((value) => Number.isSafeInteger(value))) return values;
  const steps = (values as readonly number[]).map((value, i, all) => value - (i === 0 ? 0 : (all[i - 1] as number)));
  return steps.every((step) => Number.isSafeInteger(step)) ? { steps } : values;
}

function unpacked(column: Column): readonly unknown[] {
  if (!('steps' in column)) return column;
  let sum = 0;
  return column.steps.map((step) => (sum += step));
}
