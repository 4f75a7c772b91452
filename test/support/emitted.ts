import { jest } from '@jest/globals';
import { emitBatchReport } from '../../adapters/cloudwatch/telemetry.ts';
import type { TelemetryContext } from '../../adapters/cloudwatch/telemetry.ts';
import type { BatchReport } from '../../engine/process-batch.ts';

export const report: BatchReport = {
  partition: 'shardId-000000000000',
  recordsIn: 10,
  recordsReplayed: 2,
  resultsOut: 3,
  lateRecords: 1,
  deadLetters: 0,
  commits: 1,
  writeUnits: 7,
  openWindows: 4,
  watermarkMs: 60_000,
};

/** A line of the embedded metric format. */
export type EmbeddedLine = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly { readonly Namespace: string; readonly Dimensions: readonly string[][]; readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[] }[];
  };
};

/** The line that the function prints for a batch. */
export function emitted(context: Partial<TelemetryContext> = {}, overrides: Partial<BatchReport> = {}): EmbeddedLine {
  return JSON.parse(emittedLines([{ ...report, ...overrides }], context).join('')) as EmbeddedLine;
}

/** All that the function prints for these batches, by line. */
export function emittedLines(reports: readonly BatchReport[], context: Partial<TelemetryContext> = {}): string[] {
  const printed: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  try {
    for (const one of reports) emitBatchReport({ pipeline: 'orders', stage: 'dev', nowMs: 90_000, ...context }, one);
  } finally {
    write.mockRestore();
  }
  return printed.join('').split('\n').filter((line) => line !== '');
}
