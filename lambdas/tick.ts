import type { Context } from 'aws-lambda';
import { emitTickReport } from '../adapters/cloudwatch/telemetry.ts';
import { messageOf } from '../engine/errors.ts';
import { lossText } from '../engine/expired-unread.ts';
import type { Processor } from '../engine/processor.ts';
import { LONGEST_TICK_MS, processTick } from '../engine/process-tick.ts';
import type { SourcePartition } from '../engine/record.ts';
import { TickMemory } from '../engine/tick/tick-memory.ts';
import { requireNoFailure, type TickReport } from '../engine/tick/tick-report.ts';

/** Of the time that an invocation has left, what a tick begins work in: the rest is for what it has begun. */
const SHARE_OF_TIME = 0.75;

type TickedSource = Omit<SourcePartition, 'partition'>;

/**
 * One tick of a function: moved, reported and logged before it fails for what failed on single partitions. Its time is that
 * of the call, before the source is found: one that was frozen meanwhile begins no log that is newer for it.
 */
export type RunTick = (
  findSource: () => Promise<TickedSource>,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<TickReport>;

export function tickOf(processor: Processor, stage: string): RunTick {
  const memory = new TickMemory();
  return async (findSource, context) => {
    const nowMs = processor.logs.clock.nowMs();
    const source = await findSource();
    const withinMs = Math.min(LONGEST_TICK_MS, context.getRemainingTimeInMillis() * SHARE_OF_TIME);
    const report = await processTick(processor, source, nowMs, { withinMs, memory });
    emitTickReport({ pipeline: processor.topology.name, stage, nowMs }, report);
    for (const { partition, ...loss } of report.possibleLosses) console.error(lossText(partition, loss));
    for (const { partition, cause } of report.failures) console.error(`partition ${partition}: ${messageOf(cause)}`);
    requireNoFailure(report);
    return report;
  };
}
