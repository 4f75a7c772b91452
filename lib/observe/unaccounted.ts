import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { BatchMetrics } from './batch-metrics.ts';
import { math } from './five-minutes.ts';

/** 1 when the counters of five minutes do not add up, else 0. */
export function unaccountedFlag(batch: BatchMetrics): IMetric {
  return math('in is not counted + late + dead', 'IF(recordsIn == counted + late + dead, 0, 1)', {
    recordsIn: batch.recordsInCount,
    counted: batch.countedCount,
    late: batch.lateRecordCount,
    dead: batch.deadLetterCount,
  });
}
