import type { Context } from 'aws-lambda';
import { emitTickReport } from '../adapters/cloudwatch/telemetry.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { messageOf } from '../engine/errors.ts';
import { lossText } from '../engine/expired-unread.ts';
import type { Processor } from '../engine/processor.ts';
import { LONGEST_TICK_MS, processTick } from '../engine/process-tick.ts';
import type { SourcePartition } from '../engine/record.ts';
import { TickMemory } from '../engine/tick/tick-memory.ts';
import { requireNoFailure, type TickReport } from '../engine/tick/tick-report.ts';

/** Of the time that an invocation has left, what a tick begins work in: the rest is for what it has begun. */
const SHARE_OF_TIME = 0.75;

/** One tick of a function: moved, reported and logged before it fails for what failed on single partitions. */
export type RunTick = (
  source: Omit<SourcePartition, 'partition'>,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<TickReport>;

export function tickOf(processor: Processor, stage: string): RunTick {
  const memory = new TickMemory();
  return async (source, context) => {
    const nowMs = SYSTEM_CLOCK.nowMs();
    const withinMs = Math.min(LONGEST_TICK_MS, context.getRemainingTimeInMillis() * SHARE_OF_TIME);
    const report = await processTick(processor, source, nowMs, { withinMs, memory });
    emitTickReport({ pipeline: processor.topology.name, stage, nowMs }, report);
    for (const { partition, ...loss } of report.possibleLosses) console.error(lossText(partition, loss));
    for (const { partition, cause } of report.failures) console.error(`partition ${partition}: ${messageOf(cause)}`);
    requireNoFailure(report);
    return report;
  };
}
