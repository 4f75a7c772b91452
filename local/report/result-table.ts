import Table from 'cli-table3';
import type { ResultShape } from '../../engine/plan/results.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { printable } from './printable.ts';
import { grouped } from './progress.ts';
import { windowText } from './window-text.ts';

/** Room for a list of a few things. */
const CELL_LENGTH = 110;

/** Results as a table for people; of those without a window of their own the revision says nothing. */
export function resultTable(
  rows: readonly ResultRow[],
  { identity, columns }: Pick<ResultShape, 'identity' | 'columns'>,
): string {
  const isNumbered = identity === 'sequence';
  const fixed = isNumbered ? ['key', 'when'] : ['key', 'window', 'revision'];
  const table = new Table({
    head: [...fixed, ...columns.map(({ name }) => name)],
    colAligns: [
      ...fixed.map((name) => (name === 'revision' ? ('right' as const) : ('left' as const))),
      ...columns.map(({ type }) => (type === 'integer' || type === 'number' ? ('right' as const) : ('left' as const))),
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    const place = [printable(row.key), windowText(row), ...(isNumbered ? [] : [String(row.revision)])];
    table.push([...place, ...columns.map(({ name }) => printable(cell(row.values[name]), CELL_LENGTH))]);
  }
  return table.toString();
}

/** The results as a table that says how many there are. */
export function firstResults(rows: readonly ResultRow[], shape: ResultShape, shown = 50): string {
  const count =
    rows.length > shown
      ? `the first ${shown} of ${grouped(rows.length)} rows; --key K shows one key, --json all`
      : `${grouped(rows.length)} rows`;
  return `${resultTable(rows.slice(0, shown), shape)}\n${count}`;
}

/** @example cell([{ magnitude: 4.5, place: 'Hualien' }, { magnitude: 3, place: 'Lima' }]) // '4.5 Hualien · 3 Lima' */
export function cell(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(cell).join(' · ');
  return typeof value === 'object' ? Object.values(value).map(cell).join(' ') : String(value);
}
