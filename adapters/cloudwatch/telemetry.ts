import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { EXCHANGE_METRICS } from '../../engine/metrics.ts';
import {
  BATCH_METRICS,
  metricsNamespace,
  POSSIBLE_LOSSES,
  TICK_METRICS,
  watermarkLagMs,
} from '../../engine/metrics.ts';
import type { BatchReport } from '../../engine/process-batch.ts';
import type { TickReport } from '../../engine/tick/tick-report.ts';

export interface TelemetryContext {
  readonly pipeline: string;
  /** @see metricsNamespace */
  readonly stage: string;
  readonly nowMs: number;
}

/**
 * Writes one batch's report as an embedded-metric line to standard output: CloudWatch makes metrics of it, and no call is
 * made. Watermark and partition are properties, not dimensions: a dimension per shard would be a metric to pay for each.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emitBatchReport(context: TelemetryContext, report: BatchReport): void {
  const metrics = metricsOf(context);
  for (const { name } of BATCH_METRICS.counts) metrics.addMetric(name, MetricUnit.Count, report[name]);
  const lagMs = watermarkLagMs(report.watermarkMs, context.nowMs);
  if (lagMs !== undefined) metrics.addMetric('watermarkLagMs', MetricUnit.Milliseconds, lagMs);
  if (report.possibleLoss !== undefined) metrics.addMetric(POSSIBLE_LOSSES, MetricUnit.Count, 1);
  metrics.addMetadata('partition', report.partition);
  metrics.addMetadata('watermarkMs', String(report.watermarkMs));
  metrics.publishStoredMetrics();
}

/** Writes one tick's report, in the same way. */
export function emitTickReport(context: TelemetryContext, report: TickReport): void {
  const metrics = metricsOf(context);
  for (const { name } of TICK_METRICS.counts) metrics.addMetric(name, MetricUnit.Count, report[name]);
  const { undeliveredSinceMs = context.nowMs } = report;
  metrics.addMetric('outboxAgeMs', MetricUnit.Milliseconds, Math.max(0, context.nowMs - undeliveredSinceMs));
  const troubles = { failedShards: report.failures.length, unreachedShards: report.unreached.length };
  for (const { name } of TICK_METRICS.troubles)
    if (troubles[name] > 0) metrics.addMetric(name, MetricUnit.Count, troubles[name]);
  const losses = report.possibleLosses.length;
  if (losses > 0) metrics.addMetric(POSSIBLE_LOSSES, MetricUnit.Count, losses);
  metrics.publishStoredMetrics();
}

/** Writes, before anything can fail, how old the record is at which a group stands, in the partition where it is oldest. */
export function emitRecordAge(context: TelemetryContext, arrivalTimeMs: number): void {
  const metrics = metricsOf(context);
  metrics.addMetric('recordAgeMs', MetricUnit.Milliseconds, Math.max(0, context.nowMs - arrivalTimeMs));
  metrics.publishStoredMetrics();
}

/** Writes how many partitions of an invocation failed. */
export function emitFailedPartitions(context: TelemetryContext, count: number): void {
  const metrics = metricsOf(context);
  metrics.addMetric('failedPartitions', MetricUnit.Count, count);
  metrics.publishStoredMetrics();
}

/** Writes how many receivers failed in an invocation, or were not rung. */
export function emitExchangeTrouble(
  context: TelemetryContext,
  name: (typeof EXCHANGE_METRICS.troubles)[number]['name'],
  count: number,
): void {
  const metrics = metricsOf(context);
  metrics.addMetric(name, MetricUnit.Count, count);
  metrics.publishStoredMetrics();
}

function metricsOf({ pipeline, stage }: TelemetryContext): Metrics {
  const metrics = new Metrics({ namespace: metricsNamespace(stage) });
  // Powertools adds a dimension `service`; whoever asks for the metric by pipeline alone would find nothing.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [BATCH_METRICS.dimension]: pipeline });
  return metrics;
}
