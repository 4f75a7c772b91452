import { Duration } from 'aws-cdk-lib';
import { Stats, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { receiversDimension, type EXCHANGE_METRICS } from '../../engine/metrics.ts';
import type { Exchange } from '../../engine/plan/exchange.ts';
import type { Stage } from '../settings.ts';
import { batchMetrics, ourMetric, type BatchMetrics } from './batch-metrics.ts';
import { functionMetrics, type FunctionMetrics } from './service-metrics.ts';

/** Everything that is measured of an exchange and of what is behind it. */
export interface ExchangeMetrics {
  /** Its name. */
  readonly exchange: string;
  /** Of the receivers; rows are their records. */
  readonly batch: BatchMetrics;
  /** Of the receivers. */
  readonly function: FunctionMetrics;
  readonly failedReceiverCount: Metric;
  readonly missedRingCount: Metric;
  /** Of the rings that wait [s]. */
  readonly ringAgeMaxSeconds: Metric;
  /** Where the receivers' report of each call is kept. */
  readonly logGroupName: string;
}

export interface ObservedExchange {
  readonly exchange: Pick<Exchange, 'id'>;
  readonly receiver: { readonly function: Function };
  readonly queue: IQueue;
}

export function exchangeMetrics(
  pipeline: string,
  stage: Stage,
  { exchange, receiver, queue }: ObservedExchange,
): ExchangeMetrics {
  const dimension = receiversDimension(pipeline, exchange.id);
  const trouble = (name: (typeof EXCHANGE_METRICS.troubles)[number]['name']): Metric =>
    ourMetric(dimension, stage, name, Stats.SUM);
  return {
    exchange: exchange.id,
    batch: batchMetrics(dimension, stage),
    function: functionMetrics(receiver.function),
    failedReceiverCount: trouble('failedReceivers'),
    missedRingCount: trouble('missedRings'),
    ringAgeMaxSeconds: queue.metricApproximateAgeOfOldestMessage({
      period: Duration.minutes(1),
      statistic: Stats.MAXIMUM,
    }),
    logGroupName: receiver.function.logGroup.logGroupName,
  };
}
