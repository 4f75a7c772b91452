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
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0);
  try {
    emitBatchReport({ pipeline: 'orders', stage: 'dev', nowMs: 90_000, ...context }, { ...report, ...overrides });
  } finally {
    write.mockRestore();
  }
  return JSON.parse(lines.join('')) as EmbeddedLine;
}
