import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { BATCH_METRICS, metricsNamespace } from '../../engine/metrics.ts';
import type { Stage } from '../settings.ts';

type CountName = (typeof BATCH_METRICS.counts)[number]['name'];
type DurationName = (typeof BATCH_METRICS.durations)[number]['name'];

/** What the function reports of its batches. */
export interface BatchMetrics {
  readonly recordsInCount: Metric;
  readonly recordsReplayedCount: Metric;
  readonly resultsOutCount: Metric;
  readonly lateRecordCount: Metric;
  readonly deadLetterCount: Metric;
  readonly commitCount: Metric;
  readonly writeUnitCount: Metric;
  /** Of the shard that has most: a sum over batches would count a shard once per batch. */
  readonly openWindowsMaxCount: Metric;
  /** Of the slowest shard. */
  readonly watermarkLagMaxMs: Metric;
  /** Of the fastest shard. */
  readonly watermarkLagMinMs: Metric;
}

export function batchMetrics(pipeline: string, stage: Stage): BatchMetrics {
  const metric = (metricName: CountName | DurationName, statistic: string): Metric =>
    new Metric({
      namespace: metricsNamespace(stage),
      metricName,
      dimensionsMap: { [BATCH_METRICS.dimension]: pipeline },
      statistic,
      period: Duration.minutes(1),
    });
  const total = (name: CountName): Metric => metric(name, Stats.SUM);
  return {
    recordsInCount: total('recordsIn'),
    recordsReplayedCount: total('recordsReplayed'),
    resultsOutCount: total('resultsOut'),
    lateRecordCount: total('lateRecords'),
    deadLetterCount: total('deadLetters'),
    commitCount: total('commits'),
    writeUnitCount: total('writeUnits'),
    openWindowsMaxCount: metric('openWindows', Stats.MAXIMUM),
    watermarkLagMaxMs: metric('watermarkLagMs', Stats.MAXIMUM),
    watermarkLagMinMs: metric('watermarkLagMs', Stats.MINIMUM),
  };
}
