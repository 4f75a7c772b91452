/**
 * A tick moves time on where input has stopped (PL-19 to PL-21), so that the last windows come out. Each partition is on its
 * own: one that fails, or for which no time is left, keeps none of the others.
 *
 * Receivers of an exchange are looked at before, and called after:
 *
 *     look at each, side by side ──► how far idle ones may follow ──► move each, side by side ──► report, then failures
 */
import { isKind } from './errors.ts';
import { lookAtOtherSources } from './exchange/other-sources.ts';
import { callReceivers, lookAtReceivers } from './exchange/tick-receivers.ts';
import { lossIn, proofWhenDrained, proving, type PossibleLoss } from './expired-unread.ts';
import { deliverWaiting } from './outbox.ts';
import type { PartitionLog } from './partition-log/partition-log.ts';
import { boundsOf, type Processor } from './processor.ts';
import type { SourcePartition } from './record.ts';
import { nothingDecided, stepTick, type TickTarget } from './step.ts';
import { followedWatermark } from './tick/idle-watermark.ts';
import { timeOf, type PartitionTime } from './tick/partition-time.ts';
import { settleEach } from './tick/settle-each.ts';
import { TickMemory } from './tick/tick-memory.ts';
import { failureOf, type TickFailure, type TickReport } from './tick/tick-report.ts';
import { GuardedSteps } from './user-code/guarded-steps.ts';

/** Partitions that a tick works on at the same time. */
const SIDE_BY_SIDE = 16;
/** Of a tick's time, what it may look for; the rest is for moving. */
const LOOKING_SHARE = 0.6;
/** Ticks come every minute: one that takes longer would meet the next. */
export const LONGEST_TICK_MS = 45_000;

/** What a tick may use. */
export interface TickOptions {
  /** No partition is begun later than this after the start [ms]. @default LONGEST_TICK_MS */
  readonly withinMs?: number;
  /** Of the instance. @default an empty one */
  readonly memory?: TickMemory;
}

/**
 * Moves time on, once. What went wrong on single partitions stands in the report: see `requireNoFailure`. Losing to an
 * invocation is no error: there was a record, so the partition is not idle.
 *
 * @throws STREAM_UNAVAILABLE (unavailable) when the source does not tell which partitions it has
 */
export async function processTick(
  processor: Processor,
  stream: Omit<SourcePartition, 'partition'>,
  nowMs: number,
  options: TickOptions = {},
): Promise<TickReport> {
  const { withinMs = LONGEST_TICK_MS, memory = new TickMemory() } = options;
  const { logs, shards, topology } = processor;
  const startMs = logs.clock.nowMs();
  const isBefore = (share: number) => (): boolean => logs.clock.nowMs() - startMs < withinMs * share;
  const receivers = await lookAtReceivers(processor, memory.newestHeads);
  const names = [...(await shards.shards(stream)).keys()];
  memory.keepOnly(names.map((partition) => ({ ...stream, partition })));

  const order = memory.inOrder(names);
  const looks = await settleEach(order, SIDE_BY_SIDE, isBefore(LOOKING_SHARE), (partition) =>
    look(processor, { ...stream, partition }, nowMs, memory),
  );
  const looked = looks.map((outcome, i): Look =>
    outcome?.status === 'fulfilled'
      ? outcome.value
      : unseen({ ...stream, partition: order[i] as string }, memory, outcome?.reason),
  );
  const times = looked.flatMap(({ time }) => time ?? []);
  const unseenOnes = looked.filter(({ isUnseen }) => isUnseen);

  // Idle partitions follow the active ones of all sources that meet in an exchange.
  const others = times.some(({ isIdle }) => isIdle)
    ? await lookAtOtherSources(processor, stream.source, memory)
    : undefined;
  const drained = times.filter(({ isDrained }) => isDrained);
  const targetOf = ({ isIdle, quietSinceMs }: PartitionTime): TickTarget => {
    const watermarkMs = isIdle
      ? followedWatermark(
          [...times, ...(others?.parts ?? [])],
          [...unseenOnes.map((one) => one.watermarkMs), ...(others?.unseen ?? [])],
          nowMs - quietSinceMs,
          nowMs,
          topology.eventTime,
        )
      : undefined;
    return { watermarkMs, processingTimeMs: nowMs, receiversDueMs: receivers?.dueMs };
  };
  const possibleLosses: Array<PossibleLoss & { readonly partition: string }> = [];
  const moves = await settleEach(drained, SIDE_BY_SIDE, isBefore(1), (time) =>
    moveOn(processor, time, targetOf(time), nowMs, (loss) =>
      possibleLosses.push({ partition: time.partition.partition, ...loss }),
    ),
  );

  await callReceivers(processor, receivers, nowMs);

  const nameOf = (i: number): string => (drained[i] as PartitionTime).partition.partition;
  const moveFailures = moves.flatMap((outcome, i) =>
    outcome?.status === 'rejected' ? [failureOf(nameOf(i), outcome.reason)] : [],
  );
  const unreached = [
    ...unseenOnes.filter(({ isUnreached }) => isUnreached).map(({ partition }) => partition),
    ...moves.flatMap((outcome, i) => (outcome === undefined ? [nameOf(i)] : [])),
  ];
  memory.noteUnreached(unreached);
  const undelivered = times.flatMap(({ undeliveredSinceMs }) => undeliveredSinceMs ?? []);
  return {
    shards: times.length + unseenOnes.length,
    idleShards: times.filter(({ isIdle }) => isIdle).length,
    shardsMoved: moves.filter((outcome) => outcome?.status === 'fulfilled' && outcome.value).length,
    failures: [...unseenOnes.flatMap(({ failure }) => failure ?? []), ...(others?.failures ?? []), ...moveFailures],
    unreached,
    possibleLosses,
    undeliveredSinceMs: undelivered.length === 0 ? undefined : Math.min(...undelivered),
  };
}

/** What a look at one partition came to: its time, none because it takes no part, or nothing but a bound of its watermark. */
interface Look {
  readonly partition: string;
  readonly time?: PartitionTime | undefined;
  readonly isUnseen?: boolean;
  readonly isUnreached?: boolean;
  readonly watermarkMs?: number | undefined;
  readonly failure?: TickFailure | undefined;
}

async function look(
  processor: Processor,
  partition: SourcePartition,
  nowMs: number,
  memory: TickMemory,
): Promise<Look> {
  const name = partition.partition;
  try {
    const time = await timeOf(processor, partition, nowMs);
    if (time !== undefined) memory.noteWatermark(partition, time.watermarkMs);
    return { partition: name, time };
  } catch (error) {
    const watermarkMs = await processor.logs.watermarkAtLeast(partition);
    if (watermarkMs !== undefined) memory.noteWatermark(partition, watermarkMs);
    // An invocation has written to the log at the same moment: the next tick looks again.
    const failure = isKind(error, 'fenced') ? undefined : failureOf(name, error);
    return { partition: name, isUnseen: true, watermarkMs: memory.watermarkOf(partition), failure };
  }
}

/** @param reason why the look itself failed; undefined: no time was left for it */
function unseen(source: SourcePartition, memory: TickMemory, reason: unknown): Look {
  const { partition } = source;
  const watermarkMs = memory.watermarkOf(source);
  return reason === undefined
    ? { partition, isUnseen: true, isUnreached: true, watermarkMs }
    : { partition, isUnseen: true, watermarkMs, failure: failureOf(partition, reason) };
}

async function moveOn(
  processor: Processor,
  { partition, version, isIdle }: PartitionTime,
  target: TickTarget,
  nowMs: number,
  noteLoss: (loss: PossibleLoss) => void,
): Promise<boolean> {
  const { logs, topology, sinks, shards } = processor;
  const steps = new GuardedSteps(processor.userCode);
  const reached = { version, isMoved: false };
  const once = async (log: PartitionLog): Promise<boolean> => {
    const found = log.version;
    // It goes on from its own commit when a step behind that was stopped.
    if (found === reached.version && reached.isMoved) log.markDelivered(found);
    await deliverWaiting(log, partition, sinks);
    // An invocation has committed since the partition was proved idle: then it is not.
    if (found !== reached.version) return reached.isMoved;
    const { proof: before } = log.state;
    const proof = await proofWhenDrained(shards, partition, log.state, nowMs, Math.max(nowMs, logs.clock.nowMs()));
    if (proof !== undefined) {
      await log.commit(proving(log.state, proof));
      reached.version = log.version;
      const loss = lossIn(proof, before);
      if (loss !== undefined) noteLoss(loss);
    }
    if (log.isOfOlderGeneration) {
      await log.commit(nothingDecided(log.state));
      reached.isMoved = true;
      reached.version = log.version;
    }
    do {
      const result = steps.run(log, [], boundsOf(processor), (_none, ...given) =>
        stepTick(topology, log.state, target, ...given),
      );
      if (result === undefined) break;
      await log.commit({ ...result, isIdle });
      await deliverWaiting(log, partition, sinks);
      reached.isMoved = true;
      reached.version = log.version;
    } while (log.state.pending !== undefined);
    if (isIdle && topology.sources.length > 1 && !log.isIdle) {
      await log.commit({ ...nothingDecided(log.state), isIdle });
      reached.version = log.version;
    }
    return reached.isMoved;
  };
  try {
    return await steps.untilDone(() => logs.useNewest(partition, once));
  } catch (error) {
    if (isKind(error, 'fenced')) return false;
    throw error;
  }
}
