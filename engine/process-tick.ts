import { isKind, TidemarkError } from './errors.ts';
import { deliverWaiting } from './outbox.ts';
import type { PartitionLog } from './partition-log/partition-log.ts';
import type { Processor } from './process-batch.ts';
import type { SourcePartition } from './record.ts';
import { takeOver } from './reshard.ts';
import { stepTick, type TickTarget } from './step.ts';

/** What one tick came to. */
export interface TickReport {
  /** Partitions that take part in time: those with a log that is not sealed. */
  readonly shards: number;
  /** Of those: drained, and quiet for longer than the idle timeout. */
  readonly idleShards: number;
  /** Partitions whose watermark went on. */
  readonly shardsMoved: number;
  /** Arrival of the oldest records whose results nobody is known to have delivered; undefined: all are delivered [ms since 1970]. */
  readonly undeliveredSinceMs: number | undefined;
}

/** What a tick found out about one partition. */
export interface PartitionTime {
  readonly partition: SourcePartition;
  /** Of the log, when it was looked at. */
  readonly version: number;
  readonly watermarkMs: number;
  /** All that came has been processed: processing time may go on. */
  readonly isDrained: boolean;
  /** Drained, and quiet for longer than the idle timeout. */
  readonly isIdle: boolean;
  /** When its newest record came, while its outbox is not known to be delivered, nor is by this tick; else undefined. */
  readonly undeliveredSinceMs: number | undefined;
}

/**
 * The watermark of idle partitions (PL-21): the smallest of the active ones; when all are idle, the wall clock less the
 * out-of-orderness bound and the idle timeout. No partition at all: undefined.
 */
export function idleWatermark(partitions: readonly PartitionTime[], nowMs: number, maxOutOfOrdernessMs: number, idleTimeoutMs: number): number | undefined {
  if (partitions.length === 0) return undefined;
  const active = partitions.filter(({ isIdle }) => !isIdle);
  if (active.length === 0) return nowMs - maxOutOfOrdernessMs - idleTimeoutMs;
  return Math.min(...active.map(({ watermarkMs }) => watermarkMs));
}

/**
 * Moves time on where input has stopped (PL-19 to PL-21), so that the last windows come out. Losing to an invocation is no
 * error: there was a record, so the partition is not idle.
 */
export async function processTick(processor: Processor, stream: Omit<SourcePartition, 'partition'>, nowMs: number): Promise<TickReport> {
  const { maxOutOfOrdernessMs, idleTimeoutMs } = processor.topology.eventTime;
  const times: PartitionTime[] = [];
  try {
    for (const partition of (await processor.shards.shards(stream)).keys()) {
      const time = await timeOf(processor, { ...stream, partition }, nowMs);
      if (time !== undefined) times.push(time);
    }
  } catch (error) {
    // An invocation has begun a shard's log at the same moment: the next tick looks again.
    if (isKind(error, 'fenced')) return { shards: 0, idleShards: 0, shardsMoved: 0, undeliveredSinceMs: undefined };
    throw error;
  }
  const targetMs = idleWatermark(times, nowMs, maxOutOfOrdernessMs, idleTimeoutMs);
  let moved = 0;
  for (const time of times.filter(({ isDrained }) => isDrained)) {
    if (await moveOn(processor, time, { watermarkMs: time.isIdle ? targetMs : undefined, processingTimeMs: nowMs })) moved++;
  }
  const undelivered = times.flatMap(({ undeliveredSinceMs }) => undeliveredSinceMs ?? []);
  return {
    shards: times.length,
    idleShards: times.filter(({ isIdle }) => isIdle).length,
    shardsMoved: moved,
    undeliveredSinceMs: undelivered.length === 0 ? undefined : Math.min(...undelivered),
  };
}

/**
 * A shard that came of others takes over from them here too: without a record of its own it would never have a log, and
 * the windows that it inherits would never come out.
 *
 * @returns undefined for a partition that takes no part in time: sealed, never written to, or waiting for its parents
 */
async function timeOf(processor: Processor, partition: SourcePartition, nowMs: number): Promise<PartitionTime | undefined> {
  const { logs, shards, topology } = processor;
  return logs.useNewest(partition, async (log) => {
    if (log.isSealed) return undefined;
    if (log.version === 0 && !(await hasTakenOver(processor, log, partition))) return undefined;
    const { reached, watermarkMs, lastArrivalMs } = log.state;
    const remaining = await shards.remaining(partition, reached);
    if (log.version === 0 && remaining !== 'records') return undefined;
    const isQuiet = lastArrivalMs + topology.eventTime.idleTimeoutMs <= nowMs;
    const isDrained = remaining !== 'records';
    // What is drained gets its outbox delivered by this tick.
    const undeliveredSinceMs = !isDrained && log.undelivered.length > 0 ? newestIn(log) : undefined;
    return { partition, version: log.version, watermarkMs, isDrained, isIdle: isDrained && isQuiet, undeliveredSinceMs };
  });
}

/** When the newest record came, refused ones too: dead letters wait for delivery as results do. */
function newestIn({ state, undelivered }: PartitionLog): number {
  let newestMs = state.lastArrivalMs;
  for (const { outbox } of undelivered) for (const { arrivalTimeMs } of outbox.deadLetters) newestMs = Math.max(newestMs, arrivalTimeMs);
  return newestMs;
}

/** @returns false: there are records in a parent still, and the parent holds time */
async function hasTakenOver(processor: Processor, log: PartitionLog, partition: SourcePartition): Promise<boolean> {
  try {
    await takeOver(processor, log, partition);
    return true;
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'PARENT_NOT_DRAINED') return false;
    throw error;
  }
}

async function moveOn({ logs, topology, sinks }: Processor, { partition, version }: PartitionTime, target: TickTarget): Promise<boolean> {
  try {
    return await logs.useNewest(partition, async (log: PartitionLog) => {
      await deliverWaiting(log, partition, sinks);
      // Somebody was here since it was proved idle: then it is not.
      const result = log.version === version ? stepTick(topology, log.state, target) : undefined;
      if (result === undefined) return false;
      await log.commit(result);
      await deliverWaiting(log, partition, sinks);
      return true;
    });
  } catch (error) {
    if (isKind(error, 'fenced')) return false;
    throw error;
  }
}
