import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { BatchReport } from '../../engine/process-batch.ts';
import { BATCH_METRICS } from '../../engine/metrics.ts';

/**
 * Writes one batch's report as an embedded-metric line to standard output: CloudWatch makes metrics of it, and no call is
 * made. Watermark and partition are properties, not dimensions: a dimension per shard would be a metric to pay for each.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emitBatchReport(pipeline: string, report: BatchReport): void {
  const metrics = new Metrics({ namespace: BATCH_METRICS.namespace, serviceName: pipeline, defaultDimensions: { pipeline } });
  for (const { name } of BATCH_METRICS.counts) metrics.addMetric(name, MetricUnit.Count, report[name]);
  metrics.addMetadata('partition', report.partition);
  metrics.addMetadata('watermarkMs', String(report.watermarkMs));
  metrics.publishStoredMetrics();
}
