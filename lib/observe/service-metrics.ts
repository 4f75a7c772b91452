import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Function } from 'aws-cdk-lib/aws-lambda';

const period = Duration.minutes(1);

/** What Lambda reports of the function. */
export interface FunctionMetrics {
  readonly invocationCount: Metric;
  readonly errorCount: Metric;
  readonly throttleCount: Metric;
  readonly durationP50Ms: Metric;
  readonly durationMaxMs: Metric;
  readonly durationTotalMs: Metric;
  /** Age of the last record of a batch when the function got it; of Kinesis only. @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  readonly iteratorAgeMaxMs: Metric;
  /** Records of the topic that its consumer group has not read; of Kafka only, and of every cluster. */
  readonly offsetLagMaxCount: Metric;
}

export function functionMetrics(fn: Function): FunctionMetrics {
  return {
    invocationCount: fn.metricInvocations({ period }),
    errorCount: fn.metricErrors({ period }),
    throttleCount: fn.metricThrottles({ period }),
    durationP50Ms: fn.metricDuration({ period, statistic: Stats.percentile(50) }),
    durationMaxMs: fn.metricDuration({ period, statistic: Stats.MAXIMUM }),
    durationTotalMs: fn.metricDuration({ period, statistic: Stats.SUM }),
    iteratorAgeMaxMs: fn.metric('IteratorAge', { period, statistic: Stats.MAXIMUM }),
    offsetLagMaxCount: fn.metric('OffsetLag', { period, statistic: Stats.MAXIMUM }),
  };
}

/** What DynamoDB reports of a table. */
export interface TableMetrics {
  readonly writeUnitCount: Metric;
  readonly writeThrottleCount: Metric;
  readonly readThrottleCount: Metric;
  /** Puts whose condition failed: of the log, a commit that lost to another; of the results, a revision that came too late. */
  readonly refusedPutCount: Metric;
  readonly putLatencyP99Ms: Metric;
  readonly putSystemErrorCount: Metric;
}

export function tableMetrics(table: ITable): TableMetrics {
  const total = (name: string): Metric => table.metric(name, { period, statistic: Stats.SUM });
  const ofPuts = (metricName: string, statistic: string): Metric =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: table.tableName, Operation: 'PutItem' },
      statistic,
      period,
    });
  return {
    writeUnitCount: total('ConsumedWriteCapacityUnits'),
    writeThrottleCount: total('WriteThrottleEvents'),
    readThrottleCount: total('ReadThrottleEvents'),
    refusedPutCount: total('ConditionalCheckFailedRequests'),
    putLatencyP99Ms: ofPuts('SuccessfulRequestLatency', Stats.percentile(99)),
    putSystemErrorCount: ofPuts('SystemErrors', Stats.SUM),
  };
}

/** What Firehose reports of the stream that brings results to the lake. */
export interface FirehoseMetrics {
  /** Age of the oldest line that is not in the bucket yet [s]. */
  readonly freshnessMaxSeconds: Metric;
  readonly recordsPutCount: Metric;
  /** Calls that were refused and sent again: more than the quota of the stream. */
  readonly throttledRecordCount: Metric;
  /** Lines that do not fit the columns of the table: they are below `errors/`. */
  readonly failedConversionCount: Metric;
  /** 1: more days at once than Firehose keeps open; the lines of the others are below `errors/`. */
  readonly partitionsExceededMax: Metric;
}

export function firehoseMetrics(deliveryStreamName: string): FirehoseMetrics {
  const metric = (metricName: string, statistic: string): Metric =>
    new Metric({
      namespace: 'AWS/Firehose',
      metricName,
      dimensionsMap: { DeliveryStreamName: deliveryStreamName },
      statistic,
      period,
    });
  return {
    freshnessMaxSeconds: metric('DeliveryToS3.DataFreshness', Stats.MAXIMUM),
    recordsPutCount: metric('IncomingRecords', Stats.SUM),
    throttledRecordCount: metric('ThrottledRecords', Stats.SUM),
    failedConversionCount: metric('FailedConversion.Records', Stats.SUM),
    partitionsExceededMax: metric('PartitionCountExceeded', Stats.MAXIMUM),
  };
}
