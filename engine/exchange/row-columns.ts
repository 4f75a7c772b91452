/**
 * Rows column by column, so that equal and rising ones take little room: in JSON, for whatever a row may be.
 *
 *     rows      {k: 'ATL', at: 1,000, {at: 1,000, delay: 3}}  {k: 'ORD', at: 1,060, {at: 1,060, delay: 0}}
 *     columns   keys ATL ORD   times {20 × 50 3}   fields at, delay   columns {20 × 50 3} {3 0}
 */
import { TidemarkError } from '../errors.ts';
import type { Side } from '../join/side.ts';
import { packed, unpacked, type Column } from './column.ts';
import type { Row } from './row.ts';

/** Before values had columns of their own. */
interface PlainColumns {
  readonly keys: readonly string[];
  readonly timesMs: readonly number[];
  readonly watermarksMs: readonly number[];
  readonly values: readonly unknown[];
}

export interface Columns {
  readonly keys: Column;
  readonly times: Column;
  readonly watermarks: Column;
  /** Of rows on their way to a join. */
  readonly sides?: Column;
  /** Where not all rows are objects of the same fields. */
  readonly values?: readonly unknown[];
  readonly fields?: readonly string[];
  /** Of each field. */
  readonly columns?: readonly Column[];
}

export function columnsOf(rows: readonly Row[]): Columns {
  const fields = commonFields(rows);
  const values = rows.map(({ value }) => value);
  return {
    keys: packed(rows.map(({ key }) => key)),
    times: packed(rows.map(({ eventTimeMs }) => eventTimeMs)),
    watermarks: packed(rows.map(({ watermarkMs }) => watermarkMs)),
    ...(rows[0]?.side === undefined ? {} : { sides: packed(rows.map(({ side }) => side)) }),
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
  const { keys, times, watermarks, sides, values, fields = [], columns } = stored as Columns;
  if (values === undefined && columns === undefined) {
    throw rowsUnknown(Object.keys(stored).join(', '));
  }
  const texts = unpacked(keys) as string[];
  const rows = rowsFrom(
    texts,
    unpacked(times) as number[],
    unpacked(watermarks) as number[],
    values ?? objectsOf(texts.length, fields, columns ?? []),
  );
  if (sides === undefined) return rows;
  const given = unpacked(sides) as Side[];
  return rows.map((row, i) => ({ ...row, side: given[i] as Side }));
}

/** Newer code wrote them, or that of another definition: this one must not guess what they say (PL-40). */
export function rowsUnknown(got: string): TidemarkError {
  const text = `rows of an exchange must be in a form that this code knows, got ${got}; deploy the receivers anew`;
  return new TidemarkError('unavailable', 'ROWS_UNKNOWN', text);
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
