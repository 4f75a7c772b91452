/** What becomes of results that a sink will never take: their deliveries leave them out, and they become dead letters. */
import { oneLine, TidemarkError } from './errors.ts';
import type { DeadLetter, Outbox, ResultRow } from './outputs.ts';
import type { Withheld } from './partition-log/entry.ts';
import type { Progress } from './state/progress.ts';
import type { RefusedRow } from './rows-refused.ts';

/** The outbox as this sink gets it. */
export function outboxFor(sink: string, version: number, outbox: Outbox, withheld: readonly Withheld[]): Outbox {
  const places = new Set(withheld.flatMap((one) => (one.version === version && one.sink === sink ? one.places : [])));
  return places.size === 0 ? outbox : { ...outbox, results: outbox.results.filter((_, place) => !places.has(place)) };
}

/**
 * Which places of the version's results are these rows'.
 *
 * @throws SINK_REFUSED (internal) when the sink names a row that it was not given
 */
export function withheldOf(
  sink: string,
  version: number,
  { results }: Outbox,
  refused: readonly RefusedRow[],
): Withheld {
  const rows = new Set<ResultRow>(refused.map(({ row }) => row));
  const places = results.flatMap((row, place) => (rows.has(row) ? [place] : []));
  if (places.length !== refused.length) {
    const text = `${sink} must refuse results of version ${version}, got ${refused.length - places.length} others`;
    throw new TidemarkError('internal', 'SINK_REFUSED', `${text}; report this as a defect`);
  }
  return { version, sink, places };
}

/** The row as it stands in the outbox, as JSON, with what the service says of it. */
export function deadLettersOf(
  sink: string,
  { reached, processingTimeMs }: Pick<Progress, 'reached' | 'processingTimeMs'>,
  refused: readonly RefusedRow[],
): DeadLetter[] {
  return refused.map(({ row, reason }) => ({
    offset: reached,
    subSequence: 0,
    partitionKey: row.key,
    arrivalTimeMs: processingTimeMs,
    code: 'RESULT_REFUSED',
    reason: `result must be one that ${sink} takes, got a refusal: ${oneLine(reason)}; emit what its service accepts`,
    data: new TextEncoder().encode(JSON.stringify(row)),
  }));
}
