import { TidemarkError } from '../errors.ts';
import type { PartitionLog } from '../partition-log/partition-log.ts';
import type { Processor } from '../processor.ts';
import type { SourcePartition } from '../record.ts';
import { beginSending, takeOver } from '../reshard.ts';
import { nothingDecided } from '../step.ts';
import { GuardedSteps } from '../user-code/guarded-steps.ts';

/** What a tick found out about one partition. */
export interface PartitionTime {
  readonly partition: SourcePartition;
  /** Of the log, when it was looked at. */
  readonly version: number;
  readonly watermarkMs: number;
  /** When its newest record came that was not refused; without one when its log began. */
  readonly quietSinceMs: number;
  /** All that came has been processed: processing time may go on. */
  readonly isDrained: boolean;
  /** Drained, and quiet for longer than the idle timeout. */
  readonly isIdle: boolean;
  /** When its newest record came, while its outbox is not known to be delivered, nor is by this tick; else undefined. */
  readonly undeliveredSinceMs: number | undefined;
}

/**
 * A shard that came of others takes over from them here too: without a record of its own it would never have a log, and
 * the windows that it inherits would never come out.
 *
 * @returns undefined for a partition that takes no part in time: sealed, never written to, or waiting for its parents
 */
export async function timeOf(
  processor: Processor,
  partition: SourcePartition,
  nowMs: number,
): Promise<PartitionTime | undefined> {
  const { logs, shards, topology } = processor;
  const steps = new GuardedSteps(processor.userCode);
  return steps.untilDone(() =>
    logs.useNewest(partition, async (log) => {
      if (log.isSealed) return undefined;
      if (log.version === 0 && !(await hasTakenOver(processor, log, partition, steps, nowMs))) return undefined;
      if (log.version > 0) await beginSending(processor, log, partition, steps, nowMs);
      const { reached, reachedDigest, watermarkMs, lastArrivalMs } = log.state;
      const remaining = await shards.remaining(partition, reached, reachedDigest);
      if (log.version === 0 && remaining !== 'records') {
        // Receivers wait for every sender: one without a record says so in its log (PL-37).
        if (topology.sendsTo === undefined) return undefined;
        await log.commit(nothingDecided(log.state));
      }
      const isQuiet = lastArrivalMs + topology.eventTime.idleTimeoutMs <= nowMs;
      const isDrained = remaining !== 'records';
      // What is drained gets its outbox delivered by this tick.
      const undeliveredSinceMs = !isDrained && log.undelivered.length > 0 ? newestIn(log) : undefined;
      return {
        partition,
        version: log.version,
        watermarkMs,
        quietSinceMs: Math.max(lastArrivalMs, log.state.epochMs),
        isDrained,
        isIdle: isDrained && isQuiet,
        undeliveredSinceMs,
      };
    }),
  );
}

/** When the newest record came, refused ones too: dead letters wait for delivery as results do. */
function newestIn({ state, undelivered }: PartitionLog): number {
  let newestMs = state.lastArrivalMs;
  for (const { outbox } of undelivered)
    for (const { arrivalTimeMs } of outbox.deadLetters) newestMs = Math.max(newestMs, arrivalTimeMs);
  return newestMs;
}

/** @returns false: there are records in a parent still, and the parent holds time */
async function hasTakenOver(
  processor: Processor,
  log: PartitionLog,
  partition: SourcePartition,
  steps: GuardedSteps,
  nowMs: number,
): Promise<boolean> {
  try {
    await takeOver(processor, log, partition, steps, nowMs);
    return true;
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'PARENT_NOT_DRAINED') return false;
    throw error;
  }
}
