import { isKind } from './errors.ts';
import { deliverWaiting } from './outbox.ts';
import type { PartitionLog } from './partition-log/partition-log.ts';
import type { PartitionLogs } from './partition-log/partition-logs.ts';
import type { RecordDecoder, ShardCatalog, Sink } from './ports.ts';
import type { SourceBatch, SourceRecord } from './record.ts';
import type { Topology } from './dsl/topology.ts';
import { requireContinuous } from './require-continuous.ts';
import { takeOver } from './reshard.ts';
import type { CommitBounds } from './run.ts';
import { openWindows } from './state/partition-state.ts';
import { step } from './step.ts';

export interface Processor {
  readonly topology: Topology;
  readonly logs: PartitionLogs;
  readonly sinks: readonly Sink[];
  readonly shards: ShardCatalog;
  /** For a source whose format is not JSON. */
  readonly decoder?: RecordDecoder | undefined;
  /** A batch of which more results come than that is committed in parts, at least 1. @default MAX_ROWS_PER_COMMIT */
  readonly maxRowsPerCommit?: number;
  /** A move of time that makes more timers due than that is committed in parts, at least 1. @default MAX_TIMERS_PER_COMMIT */
  readonly maxTimersPerCommit?: number;
}

/** So many results can be delivered within one invocation, and held in its memory. */
export const MAX_ROWS_PER_COMMIT = 20_000;
/** So many timers fire within seconds, unless one takes as long as a record may: a function that ends keeps what it committed. */
export const MAX_TIMERS_PER_COMMIT = 20_000;

export function boundsOf({ maxRowsPerCommit = MAX_ROWS_PER_COMMIT, maxTimersPerCommit = MAX_TIMERS_PER_COMMIT }: Processor): CommitBounds {
  return { rows: maxRowsPerCommit, timers: maxTimersPerCommit };
}

/** What one batch came to: the source of all metrics. */
export interface BatchReport {
  readonly partition: string;
  /** Records that this batch brought and no earlier one. */
  readonly recordsIn: number;
  /** Records that the log had reached already (PL-13). */
  readonly recordsReplayed: number;
  /** Records that have reached their window, as the log counts them: `recordsIn` less late records and dead letters. */
  readonly counted: number;
  readonly resultsOut: number;
  readonly lateRecords: number;
  readonly deadLetters: number;
  readonly commits: number;
  /** DynamoDB write units: log and result table. */
  readonly writeUnits: number;
  /** Keys × windows; see `openWindows` of the state. */
  readonly openWindows: number;
  readonly watermarkMs: number;
}

/**
 * The way of one batch: state, step, commit, deliver. Returns when everything that it decided is stored and delivered;
 * throws when it must come again. Losing to another instance is no error: reload, filter, once more (PL-5).
 */
export async function processBatch(processor: Processor, batch: SourceBatch): Promise<BatchReport> {
  const { begunMs = processor.logs.clock.nowMs() } = batch;
  try {
    return await processor.logs.use(batch.partition, (log) => processOnce(processor, log, batch, begunMs));
  } catch (error) {
    if (!isKind(error, 'fenced')) throw error;
    return processor.logs.use(batch.partition, (log) => processOnce(processor, log, batch, begunMs));
  }
}

async function processOnce(processor: Processor, log: PartitionLog, { partition, records }: SourceBatch, begunMs: number): Promise<BatchReport> {
  const { topology, sinks, decoder } = processor;
  if (log.version === 0) await takeOver(processor, log, partition);
  const before = await deliverWaiting(log, partition, sinks);
  await requireContinuous(processor.shards, log, partition, records, begunMs);
  const fresh = records.filter(({ offset }) => offset > log.state.reached);
  if (fresh.length < records.length) await processor.shards.confirm(partition, log.state.reached);
  const countedBefore = log.state.counters.counted;
  const report = {
    partition: partition.partition,
    recordsIn: fresh.length,
    recordsReplayed: records.length - fresh.length,
    resultsOut: 0,
    lateRecords: 0,
    deadLetters: before.withheld,
    commits: 0,
    writeUnits: before.writeUnits,
  };
  let encoded: readonly SourceRecord[] = decoder === undefined ? [] : fresh;
  let rest: readonly SourceRecord[] = decoder === undefined ? fresh : [];
  while (rest.length > 0 || encoded.length > 0 || log.state.pending !== undefined) {
    if (decoder !== undefined && rest.length === 0 && encoded.length > 0) {
      rest = await decoder.decode(encoded);
      encoded = encoded.slice(rest.length);
    }
    const result = step(topology, log.state, rest, boundsOf(processor));
    report.resultsOut += result.outbox.results.length;
    report.lateRecords += result.outbox.lateRecords.length;
    report.deadLetters += result.outbox.deadLetters.length;
    report.writeUnits += await log.commit(result);
    report.commits++;
    const { writeUnits, withheld } = await deliverWaiting(log, partition, sinks);
    report.writeUnits += writeUnits;
    report.deadLetters += withheld;
    rest = rest.slice(result.taken);
  }
  return { ...report, counted: log.state.counters.counted - countedBefore, openWindows: openWindows(log.state, topology.tables), watermarkMs: log.state.watermarkMs };
}
