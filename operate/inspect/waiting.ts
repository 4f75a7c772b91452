import { isEmptyOutbox, storedResult, type Outbox, type StoredResult } from '../../engine/outputs.ts';
import type { LoadedLog } from '../../engine/partition-log/open-log.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import { outboxFor } from '../../engine/withhold.ts';
import type { ResultsView } from '../place.ts';

/** Name of the sink whose rows can be looked for. */
const RESULT_TABLE = 'resultTable';
/** So many of the first and of the last rows of an outbox are looked for: a delivery that was cut off has some of them. */
const LOOKED_FOR = 5;

/** What a log does not know to be delivered, and what its sinks say of that. */
export interface Waiting {
  /** Outboxes. The newest is known with the next commit only, so 1 is at rest. */
  readonly undelivered: number;
  /** Their results, side outputs, late records and dead letters. */
  readonly undeliveredRows: number;
  /** The newest arrival or tick when the oldest of them was decided; null of a release that did not keep it. */
  readonly undeliveredSinceMs: number | null;
  /** The same, for people. */
  readonly undeliveredSince: string | null;
  /** Of the oldest, so many results were looked for in the result table. */
  readonly lookedFor: number;
  /** Of those, the result table does not have so many: the outbox does wait. */
  readonly missing: number;
  /** Rows of these outboxes that a sink never takes: they are dead letters. */
  readonly withheld: number;
}

export const NOTHING_WAITS: Waiting = Object.freeze({
  undelivered: 0,
  undeliveredRows: 0,
  undeliveredSinceMs: null,
  undeliveredSince: null,
  lookedFor: 0,
  missing: 0,
  withheld: 0,
});

export async function waitingIn({ undelivered, head }: LoadedLog, results: ResultsView | undefined): Promise<Waiting> {
  const waiting = undelivered.filter(({ outbox }) => !isEmptyOutbox(outbox));
  const [oldest] = waiting;
  if (oldest === undefined) return NOTHING_WAITS;
  const { version, epochMs, processingTimeMs: sinceMs } = oldest;
  const withheld = head?.withheld ?? [];
  const lookFor = endsOf(newestIn(outboxFor(RESULT_TABLE, version, oldest.outbox, withheld), epochMs));
  const missing = lookFor.length === 0 ? undefined : await results?.missing(lookFor);
  return {
    ...NOTHING_WAITS,
    undelivered: waiting.length,
    undeliveredRows: waiting.reduce((sum, { outbox }) => sum + rowsIn(outbox), 0),
    ...(sinceMs === NO_WATERMARK
      ? {}
      : { undeliveredSinceMs: sinceMs, undeliveredSince: new Date(sinceMs).toISOString() }),
    lookedFor: missing === undefined ? 0 : lookFor.length,
    missing: missing ?? 0,
    withheld: withheld.reduce((sum, { places }) => sum + places.length, 0),
  };
}

function rowsIn({ results, sideOutputs, lateRecords, deadLetters }: Outbox): number {
  return results.length + sideOutputs.length + lateRecords.length + deadLetters.length;
}

/** The others are never stored: see ResultTableSink. */
function newestIn({ results }: Outbox, epochMs: number): StoredResult[] {
  const newest = new Map<string, StoredResult>();
  for (const row of results) {
    const place = JSON.stringify([row.key, row.sequence ?? row.windowStartMs]);
    if ((newest.get(place)?.revision ?? 0) < row.revision) newest.set(place, storedResult(row, epochMs));
  }
  return [...newest.values()];
}

const endsOf = <T>(rows: readonly T[]): T[] => [
  ...rows.slice(0, LOOKED_FOR),
  ...rows.slice(LOOKED_FOR).slice(-LOOKED_FOR),
];
