/**
 * How an outbox reaches its sinks, and what becomes of rows that a sink will never take:
 *
 *     version v ──► sinks ──► all took it ─────────────────────────────────────────────► v is delivered
 *                     └─────► one refuses rows, has the others ──► again, REFUSALS in all
 *                                                                      │ still refused
 *                     v+1: withholds them from that sink; their dead letters ──► v is delivered ──► v+1 ──► sinks
 */
import type { Undelivered } from './partition-log/open-log.ts';
import type { PartitionLog } from './partition-log/partition-log.ts';
import type { Sink, SinkReceipt } from './ports.ts';
import type { SourcePartition } from './record.ts';
import { RowsRefused, type RefusedRow } from './rows-refused.ts';
import { deadLettersOf, outboxFor, withheldOf } from './withhold.ts';

export interface Delivered {
  readonly rows: number;
  /** Those of commits that withhold rows included. */
  readonly writeUnits: number;
  /** Rows that a sink would not take: dead letters now. */
  readonly withheld: number;
}

/** A service that refuses a row so many times in a row, the same each time, means the row. */
export const REFUSALS = 3;
/** Between two of them [ms]: long enough to meet another of the service's hosts. */
const PAUSE_MS = 200;

/** What a sink took of one version, and what it will not. */
interface Taken extends SinkReceipt {
  readonly sink: string;
  readonly refused: readonly RefusedRow[];
}

/**
 * Brings every waiting outbox to every sink, in version order (PL-16). A sink that can take nothing fails it, though nothing
 * waits: so no batch is committed whose results would have nowhere to go.
 *
 * @throws whatever a sink throws, but for rows that it refuses: the rest waits for the next invocation · what `commit` throws
 */
export async function deliverWaiting(
  log: PartitionLog,
  partition: SourcePartition,
  sinks: readonly Sink[],
): Promise<Delivered> {
  for (const sink of sinks) await sink.open?.();
  let rows = 0;
  let writeUnits = 0;
  let withheld = 0;
  for (let waiting = log.undelivered[0]; waiting !== undefined; waiting = log.undelivered[0]) {
    const { version } = waiting;
    const current = waiting;
    const taken = await Promise.all(sinks.map((sink) => deliverTo(sink, log, partition, current)));
    for (const one of taken) {
      rows += one.rows;
      writeUnits += one.writeUnits;
      withheld += one.refused.length;
    }
    const refusing = taken.filter(({ refused }) => refused.length > 0);
    // From here on it stands in the log, for every instance, that the version is whole without them.
    if (refusing.length > 0) writeUnits += await withhold(log, current, refusing);
    log.markDelivered(version);
  }
  return { rows, writeUnits, withheld };
}

async function deliverTo(
  sink: Sink,
  log: PartitionLog,
  partition: SourcePartition,
  waiting: Undelivered,
): Promise<Taken> {
  const { version, commitId, epochMs } = waiting;
  const outbox = outboxFor(sink.name, version, waiting.outbox, log.withheld);
  for (let refusals = 1; ; refusals++) {
    try {
      const { rows, writeUnits } = await sink.deliver({ partition, version, commitId, epochMs, outbox });
      return { sink: sink.name, rows, writeUnits, refused: [] };
    } catch (error) {
      if (!(error instanceof RowsRefused)) throw error;
      if (refusals === REFUSALS) return { sink: sink.name, ...error.receipt, refused: error.rows };
      await log.clock.sleep(PAUSE_MS);
    }
  }
}

function withhold(log: PartitionLog, { version, outbox }: Undelivered, refusing: readonly Taken[]): Promise<number> {
  return log.withhold(
    refusing.map(({ sink, refused }) => withheldOf(sink, version, outbox, refused)),
    refusing.flatMap(({ sink, refused }) => deadLettersOf(sink, log.state, refused)),
  );
}
