import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  BATCH_METRICS,
  metricsNamespace,
  POSSIBLE_LOSSES,
  type TICK_METRICS,
  type TOPIC_METRICS,
} from '../../engine/metrics.ts';
import type { Stage } from '../settings.ts';

type CountName = (typeof BATCH_METRICS.counts)[number]['name'];
type TickName = (typeof TICK_METRICS.counts)[number]['name'] | (typeof TICK_METRICS.durations)[number]['name'];
type TopicName = (typeof TOPIC_METRICS.counts)[number]['name'] | (typeof TOPIC_METRICS.durations)[number]['name'];
type DurationName = (typeof BATCH_METRICS.durations)[number]['name'];

/** What the function reports of its batches. */
export interface BatchMetrics {
  readonly recordsInCount: Metric;
  readonly recordsReplayedCount: Metric;
  readonly countedCount: Metric;
  readonly resultsOutCount: Metric;
  readonly lateRecordCount: Metric;
  readonly deadLetterCount: Metric;
  readonly commitCount: Metric;
  readonly writeUnitCount: Metric;
  /** Of the partition that has most: a sum over batches would count a partition once per batch. */
  readonly openWindowsMaxCount: Metric;
  /** Of the slowest partition. */
  readonly watermarkLagMaxMs: Metric;
  /** Of the fastest partition. */
  readonly watermarkLagMinMs: Metric;
}

/** What the tick reports, once a minute. */
export interface TickMetrics {
  /** Partitions with a log that is not sealed. */
  readonly shardCount: Metric;
  readonly idleShardCount: Metric;
  readonly shardsMovedCount: Metric;
  /** Of the results that nobody is known to have delivered, by the arrival of their records; 0 when all are delivered. */
  readonly outboxAgeMaxMs: Metric;
}

/** What the function reports of its invocations with records of a topic. */
export interface TopicMetrics {
  /** Of the record at which its consumer group stands, in the partition where it is oldest. */
  readonly recordAgeMaxMs: Metric;
  readonly failedPartitionCount: Metric;
}

/** @param pipeline or the dimension of one of its sources */
export function topicMetrics(pipeline: string, stage: Stage): TopicMetrics {
  const metric = (metricName: TopicName, statistic: string): Metric =>
    ourMetric(pipeline, stage, metricName, statistic);
  return {
    recordAgeMaxMs: metric('recordAgeMs', Stats.MAXIMUM),
    failedPartitionCount: metric('failedPartitions', Stats.SUM),
  };
}

export function tickMetrics(pipeline: string, stage: Stage): TickMetrics {
  const metric = (metricName: TickName, statistic: string): Metric => ourMetric(pipeline, stage, metricName, statistic);
  return {
    shardCount: metric('shards', Stats.MAXIMUM),
    idleShardCount: metric('idleShards', Stats.MAXIMUM),
    shardsMovedCount: metric('shardsMoved', Stats.SUM),
    outboxAgeMaxMs: metric('outboxAgeMs', Stats.MAXIMUM),
  };
}

/** @param pipeline or the dimension of its receivers */
export function ourMetric(pipeline: string, stage: Stage, metricName: string, statistic: string): Metric {
  return new Metric({
    namespace: metricsNamespace(stage),
    metricName,
    dimensionsMap: { [BATCH_METRICS.dimension]: pipeline },
    statistic,
    period: Duration.minutes(1),
  });
}

/** Of batches and ticks together. */
export function possibleLossCount(pipeline: string, stage: Stage): Metric {
  return ourMetric(pipeline, stage, POSSIBLE_LOSSES, Stats.SUM);
}

export function batchMetrics(pipeline: string, stage: Stage): BatchMetrics {
  const metric = (metricName: CountName | DurationName, statistic: string): Metric =>
    ourMetric(pipeline, stage, metricName, statistic);
  const total = (name: CountName): Metric => metric(name, Stats.SUM);
  return {
    recordsInCount: total('recordsIn'),
    recordsReplayedCount: total('recordsReplayed'),
    countedCount: total('counted'),
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
