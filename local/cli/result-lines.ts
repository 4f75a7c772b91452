import Table from 'cli-table3';
import { placeOf, type ResultRow } from '../../engine/outputs.ts';
import { printable } from '../report/printable.ts';
import { grouped, moment } from '../report/progress.ts';

/** By key, then by window. */
export function byKeyAndWindow(a: ResultRow, b: ResultRow): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return placeOf(a) - placeOf(b);
}

/** @example {"key":"ATL","windowStartMs":0,"windowEndMs":3600000,"revision":1,"departures":12} */
export function resultJson({ key, windowStartMs, windowEndMs, revision, sequence, values }: ResultRow): string {
  return JSON.stringify({ key, windowStartMs, windowEndMs, revision, ...(sequence === undefined ? {} : { sequence }), ...values }, (_name, value: unknown) => {
    const unspeakable = typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
    return unspeakable ? String(value) : value;
  });
}

/** The first rows as a table for people. */
export function resultTableText(rows: readonly ResultRow[], names: readonly string[], shown = 50): string {
  const table = new Table({
    head: ['key', 'window', 'revision', ...names],
    colAligns: ['left', 'left', ...Array.from({ length: names.length + 1 }, () => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const { key, windowStartMs, windowEndMs, revision, values } of rows.slice(0, shown)) {
    const window = `${moment(windowStartMs)} – ${moment(windowEndMs).slice(11)}`;
    table.push([printable(key), window, String(revision), ...names.map((name) => cell(values[name]))]);
  }
  return `${table.toString()}\n${rows.length > shown ? `the first ${shown} of ${grouped(rows.length)} rows; --key K shows one key, --json all` : `${grouped(rows.length)} rows`}`;
}

function cell(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  return value === undefined ? '' : printable(String(value));
}
