import { flightsInput } from '../../local/inputs/flights.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { compareRows, type Row } from '../../test/verify/compare.ts';
import { destinationsReference } from '../../test/verify/pipelines/rekeyed-flights.ts';
import type { Reference } from '../../test/verify/pipelines/reference.ts';
import { requireEqual, requireSame } from '../equality.ts';
import type { ExchangeRun } from './run.ts';

/** Of the stream of flights. */
export const SHARDS = 4;

/**
 * Every window of every destination as DuckDB has it, in its last revision.
 *
 * @throws with the first differences
 */
export async function requireDestinations(
  records: number,
  results: Iterable<Pick<ResultRow, 'key' | 'windowStartMs' | 'windowEndMs' | 'values'>>,
  { counted, late }: Pick<ExchangeRun, 'counted' | 'late'>,
): Promise<void> {
  const reference = await referenceOf(records);
  const last = new Map<string, Row>();
  for (const { key, windowStartMs, windowEndMs, values } of results)
    last.set(`${key}/${windowStartMs}`, { key, windowStartMs, windowEndMs, ...values });
  const idOf = ({ key, windowStartMs }: Row): string => `${String(key)}/${String(windowStartMs)}`;
  requireEqual(
    compareRows('results by destination', idOf, { expected: reference.results, actual: [...last.values()] }),
  );
  requireSame('rows counted', reference.counts.counted, counted);
  requireSame('rows that are late', reference.counts.late, late);
}

const references = new Map<number, Promise<Reference>>();

/** DuckDB takes longer than what it is compared with. */
function referenceOf(records: number): Promise<Reference> {
  const known = references.get(records) ?? destinationsReference(flightsInput(), records, SHARDS);
  references.set(records, known);
  return known;
}
