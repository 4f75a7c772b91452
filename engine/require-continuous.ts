import { TidemarkError } from './errors.ts';
import type { Progress } from './state/progress.ts';
import type { PartitionLog } from './partition-log/partition-log.ts';
import type { ShardCatalog } from './ports.ts';
import type { Offset, SourcePartition, SourceRecord } from './record.ts';

/**
 * Proves that a batch goes on where the log ends. A log table that was restored to an earlier moment, or an event source
 * mapping that was made anew at a later position, would leave records out without an error.
 *
 *     log reached ──► ┊ nothing else in the source ┊ ──► first new record of the batch
 *
 * A batch that begins at or below `reached` has no gap, for a reader hands over one stretch of its partition. Nor is one
 * looked for in front of a log's first record: a mapping may start at any time; nor in front of where an operator lets
 * the log go on (`resumeAt`). In the steady state nothing is asked: the first batch of a log that was opened, and one that
 * comes after a pause, cost one read of the source.
 *
 * @param records of the batch, ascending
 * @param nowMs when the invocation began
 * @throws RECORDS_MISSING, RECORDS_EXPIRED, SOURCE_REWRITTEN (internal), FENCED (fenced) another instance is ahead
 */
export async function requireContinuous(
  shards: ShardCatalog,
  log: PartitionLog,
  partition: SourcePartition,
  records: readonly SourceRecord[],
  nowMs: number,
): Promise<void> {
  const first = records[0]?.offset;
  const { reached, resumeAt } = log.state;
  const isSure = first === undefined || first <= reached || isAccepted(resumeAt, first) || log.mayBeFollowedAt(nowMs);
  if (!isSure) {
    const hole = await holeBefore(first, shards, log, partition);
    // Another instance may have counted it since this one read the log.
    if (hole !== undefined) throw (await log.isCurrent()) ? hole : outdated(log, hole);
  }
  log.noteFollowed(nowMs);
}

/** What the batch leaves out, as an error; undefined: nothing. */
async function holeBefore(
  first: Offset,
  shards: ShardCatalog,
  log: PartitionLog,
  partition: SourcePartition,
): Promise<TidemarkError | undefined> {
  const { reached, reachedDigest } = log.state;
  const skipped = await shards.skipped(partition, reached, first, reachedDigest);
  if (skipped !== undefined) return missing(partition, reached, skipped, first);
  return (await shards.expired(partition, reached, first)) ? expired(partition, reached, first) : undefined;
}

/** All that the batch leaves out lies in the hole that an operator has accepted. */
function isAccepted(resumeAt: Progress['resumeAt'], first: Offset): boolean {
  return resumeAt !== undefined && (resumeAt === 'end' || first <= resumeAt);
}

function outdated(log: PartitionLog, { context: { from } }: TidemarkError): TidemarkError {
  return new TidemarkError(
    'fenced',
    'FENCED',
    `log ${log.logId} must be the newest to say that offset ${String(from)} is not counted, got version ${log.version}; another instance is ahead, reload`,
  );
}

/** What an operator runs to go on without some records; a deployed pipeline is named by its stack besides. */
export function acceptLossCommand(pipeline: string, partition: string, from: string, to: string): string {
  return `npx tidemark accept-loss ${pipeline} --partition ${partition} --from ${from} --to ${to}`;
}

function missing(
  { pipeline, source, partition }: SourcePartition,
  reached: bigint,
  skipped: bigint,
  first: bigint,
): TidemarkError {
  const [from, to] = [String(skipped), String(first)];
  const text = `partition ${partition} of ${source} must go on with offset ${skipped}, the first behind ${reached} that is not counted, got a batch that begins at ${first}; make the event source mapping anew at TRIM_HORIZON, or set its consumer group back: what is counted already is recognised; or leave them out for good with ${acceptLossCommand(pipeline, partition, from, to)}`;
  return new TidemarkError('internal', 'RECORDS_MISSING', text, {
    context: { source, partition, reached: String(reached), from, to },
  });
}

/** Not even a mapping that starts at TRIM_HORIZON brings them. */
function expired({ pipeline, source, partition }: SourcePartition, reached: bigint, first: bigint): TidemarkError {
  const [from, to] = [String(reached + 1n), String(first)];
  const rule = `partition ${partition} of ${source} must keep its records until they are counted`;
  const cure = `give the source a longer retention, then go on without them with ${acceptLossCommand(pipeline, partition, from, to)}`;
  const text = `${rule}, got none from offset ${from} on up to ${to}, at which the batch begins: retention has removed some; ${cure}`;
  return new TidemarkError('internal', 'RECORDS_EXPIRED', text, {
    context: { source, partition, reached: String(reached), from, to },
  });
}
