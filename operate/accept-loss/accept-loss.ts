import type { RecordsBetween } from '../../adapters/shared/records-between.ts';
import { fingerprintOf, stateSchemaOf } from '../../engine/codec/fingerprint.ts';
import type { Progress } from '../../engine/state/progress.ts';
import { PartitionLog } from '../../engine/partition-log/partition-log.ts';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import type { ShardCatalog } from '../../engine/ports.ts';
import type { Offset, SourcePartition } from '../../engine/record.ts';
import { noChange } from '../../engine/state/state-change.ts';
import { forCommits, logIdIn, partitionOf, readOnly, type Place } from '../place.ts';
import { requireAccepted, requireForgotten, requireHole, requireLogBefore } from './loss-checks.ts';
import type { LossRange } from './loss-range.ts';

/** What a source says of a hole. */
export interface LossSource extends Pick<ShardCatalog, 'shards' | 'skipped' | 'expired'> {
  /** @throws STREAM_UNAVAILABLE, TOPIC_UNAVAILABLE (unavailable) */
  between(partition: SourcePartition, after: Offset, before: Offset): Promise<RecordsBetween>;
}

/** What was left out, or would be. */
export interface LossReport {
  readonly range: LossRange;
  /** Stream or topic name. */
  readonly source: string;
  readonly logId: string;
  readonly outcome: 'accepted' | 'accepted already' | 'not written';
  /** Up to where the log has counted. */
  readonly reached: Offset;
  /** Of the log, after this command. */
  readonly version: number;
  readonly lossesAccepted: number;
  /** What the source has of it; undefined: it was not asked, or has nothing of it any more. */
  readonly lost: RecordsBetween | undefined;
}

/**
 * Lets a log go on without the records of a range: one version, under the fence, that changes nothing but where it goes on.
 * A function that has the log in memory is fenced, and reads it anew (PL-5).
 *
 * @param source undefined: it cannot be asked from here, and the log alone is held against the range
 * @param isDryRun nothing is written
 * @throws NOTHING_TO_ACCEPT, LOSS_OUTDATED, LOSS_BEYOND_END, DEFINITION_DIFFERS (invalid), FENCED (fenced) a function has
 * gone on meanwhile · what opening and committing a log throws
 */
export async function acceptLoss(
  place: Place,
  source: LossSource | undefined,
  range: LossRange,
  isDryRun: boolean,
): Promise<LossReport> {
  const partition = partitionOf(place, range.partition);
  const log = await PartitionLog.open(isDryRun ? readOnly(place) : forCommits(place), logIdIn(place, range.partition));
  const { reached, reachedDigest, resumeAt, counters } = log.state;
  const report = { range, source: place.source.name, logId: log.logId, reached };
  const { logId, version, isSealed, fingerprint } = log;
  const { lossesAccepted } = counters;
  if (resumeAt === range.to) {
    const first = range.to === 'end' ? undefined : await source?.skipped(partition, reached, range.to, reachedDigest);
    requireAccepted(range, report, first);
    return { ...report, outcome: 'accepted already', version, lossesAccepted, lost: undefined };
  }
  requireLogBefore(
    range,
    { logId, version, reached, isSealed, fingerprint },
    fingerprintOf(stateSchemaOf(place.topology)),
  );
  const lost = source === undefined ? undefined : await lostOf(source, partition, log.state, range);
  if (isDryRun) return { ...report, outcome: 'not written', version, lossesAccepted, lost };
  log.begin(partition.incarnation, log.clock.nowMs());
  const change = {
    ...noChange(log.state),
    resumeAt: range.to,
    counters: { ...counters, lossesAccepted: lossesAccepted + 1 },
  };
  await log.commit({ change, outbox: EMPTY_OUTBOX });
  return { ...report, outcome: 'accepted', version: log.version, lossesAccepted: lossesAccepted + 1, lost };
}

async function lostOf(
  source: LossSource,
  partition: SourcePartition,
  state: Progress,
  range: LossRange,
): Promise<RecordsBetween | undefined> {
  if (range.to === 'end') {
    requireForgotten(range, await source.shards(partition));
    return undefined;
  }
  const there = await source.skipped(partition, state.reached, range.to, state.reachedDigest);
  const isExpired = there === undefined && (await source.expired(partition, state.reached, range.to));
  const first = isExpired ? state.reached + 1n : there;
  const lost = await source.between(partition, state.reached, range.to);
  requireHole(range, first, lost);
  return lost;
}
