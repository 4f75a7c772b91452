import type { ResultRow } from '../../../engine/outputs.ts';
import { lived } from '../lived.ts';
import { differencesOf } from '../rows.ts';
import { CORRECTING, timeOf, WAITING, type Bid, type Query } from './query.ts';

/** All rows of a query, after one life of many: of two, time waits in one, and windows are corrected in the other. */
export async function rowsOfLife(
  { definition, lastOf = (results: readonly ResultRow[]) => results, rowsOf }: Query,
  bids: readonly Bid[],
  seed: number,
): Promise<ReadonlyArray<readonly unknown[]>> {
  const results = await lived(
    (receivers) => definition(receivers, seed % 2 === 0 ? WAITING : CORRECTING),
    bids.map((bid) => ({ body: bid, eventTimeMs: timeOf(bid) })),
    seed,
  );
  return lastOf(results).flatMap(rowsOf);
}

/** Whole numbers have no fraction that was computed otherwise. */
const FRACTION = /^-?\d+\.\d+$/;

/** One row as a text: runs of white space count as one, fractions go by their value to 12 digits. */
export const lineOf = (row: readonly unknown[]): string =>
  row
    .map(String)
    .join(' ')
    .trim()
    .split(/\s+/)
    .map((word) => (FRACTION.test(word) ? String(Number(Number(word).toPrecision(12))) : word))
    .join(' ');

/** In any order of rows. */
export const differencesOfLines = (got: readonly string[], expected: readonly string[]): string[] =>
  differencesOf(
    got.map((row) => ({ row })),
    expected.map((row) => ({ row })),
  );
