import { jest } from '@jest/globals';
import {
  emitBatchReport,
  emitFailedPartitions,
  emitRecordAge,
  emitTickReport,
} from '../../adapters/cloudwatch/telemetry.ts';
import type { TelemetryContext } from '../../adapters/cloudwatch/telemetry.ts';
import type { BatchReport } from '../../engine/process-batch.ts';
import type { TickReport } from '../../engine/tick/tick-report.ts';

export const report: BatchReport = {
  partition: 'shardId-000000000000',
  recordsIn: 10,
  recordsReplayed: 2,
  counted: 9,
  resultsOut: 3,
  lateRecords: 1,
  deadLetters: 0,
  commits: 1,
  writeUnits: 7,
  openWindows: 4,
  watermarkMs: 60_000,
  possibleLoss: undefined,
};

/** A line of the embedded metric format. */
export type EmbeddedLine = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

/** The line that the function prints for a batch. */
export function emitted(context: Partial<TelemetryContext> = {}, overrides: Partial<BatchReport> = {}): EmbeddedLine {
  return JSON.parse(emittedLines([{ ...report, ...overrides }], context).join('')) as EmbeddedLine;
}

/** The line that the tick prints. */
export function emittedTick(tick: Partial<TickReport> = {}, context: Partial<TelemetryContext> = {}): EmbeddedLine {
  const report: TickReport = {
    shards: 4,
    idleShards: 1,
    shardsMoved: 1,
    failures: [],
    unreached: [],
    possibleLosses: [],
    undeliveredSinceMs: undefined,
    ...tick,
  };
  return JSON.parse(
    printedBy(() => emitTickReport({ pipeline: 'orders', stage: 'dev', nowMs: 90_000, ...context }, report)).join(''),
  ) as EmbeddedLine;
}

/** The two lines that the function prints of an invocation with records of a topic, one of whose partitions failed. */
export function emittedOfTopic(arrivalTimeMs = 60_000, context: Partial<TelemetryContext> = {}): EmbeddedLine[] {
  const whole: TelemetryContext = { pipeline: 'orders', stage: 'dev', nowMs: 90_000, ...context };
  return printedBy(() => {
    emitRecordAge(whole, arrivalTimeMs);
    emitFailedPartitions(whole, 1);
  }).map((line) => JSON.parse(line) as EmbeddedLine);
}

/** All that the function prints for these batches, by line. */
export function emittedLines(reports: readonly BatchReport[], context: Partial<TelemetryContext> = {}): string[] {
  return printedBy(() => {
    for (const one of reports) emitBatchReport({ pipeline: 'orders', stage: 'dev', nowMs: 90_000, ...context }, one);
  });
}

function printedBy(emit: () => void): string[] {
  const printed: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  try {
    emit();
  } finally {
    write.mockRestore();
  }
  return printed
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}
