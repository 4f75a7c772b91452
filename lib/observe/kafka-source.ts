import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { TopicMetrics } from './batch-metrics.ts';
import { COLOURS } from './colours.ts';
import { math } from './five-minutes.ts';
import type { FunctionMetrics } from './service-metrics.ts';
import type { SourceMetrics } from './source-metrics.ts';
import { KAFKA_WORDS } from './source-words.ts';

const period = Duration.minutes(1);

export interface ObservedTopic {
  /** MSK's name of the cluster; undefined: not MSK, whose metrics it has none of. */
  readonly cluster: string | undefined;
  readonly topic: string;
  readonly consumerGroup: string;
  readonly retentionHours: number;
}

/**
 * What the function, Lambda and MSK report of a topic.
 *
 * Kafka has no count that says whether anything came in, but a lag that grows while nothing runs; a lag alone may be the marker of
 * a transaction, which nobody reads. MSK's goes on when Lambda cannot reach the brokers. Lambda's own, for other clusters, may not:
 * then the tick cannot reach them either, and its alarm rings.
 */
export function kafkaSource(
  topic: ObservedTopic,
  { invocationCount, offsetLagMaxCount }: FunctionMetrics,
  { recordAgeMaxMs, failedPartitionCount }: TopicMetrics,
): SourceMetrics {
  const lag = groupLag(topic) ?? offsetLagMaxCount.with({ statistic: Stats.AVERAGE });
  return {
    words: KAFKA_WORDS,
    retentionHours: topic.retentionHours,
    recordsPutPerMinute: recordsPut(topic),
    recordsPutCount: undefined,
    writeThrottleCount: undefined,
    recordAgeMaxMs,
    lagCount: offsetLagMaxCount,
    failedPartitionCount,
    possibleLossCount: undefined,
    stalledFlag: math('records come in, nothing runs', 'IF(DIFF(lag) > 0 AND FILL(invocations, 0) == 0, 1, 0)', {
      lag,
      invocations: invocationCount,
    }),
  };
}

/**
 * Records that a group has not read, of every kind of MSK cluster: on average, since a serverless one reports a value per partition.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/consumer-lag.html
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/serverless-monitoring.html
 */
function groupLag({ cluster, topic, consumerGroup }: ObservedTopic): Metric | undefined {
  if (cluster === undefined) return undefined;
  const dimensionsMap = { 'Cluster Name': cluster, 'Consumer Group': consumerGroup, Topic: topic };
  return new Metric({
    namespace: 'AWS/Kafka',
    metricName: 'SumOffsetLag',
    dimensionsMap,
    statistic: Stats.AVERAGE,
    period,
  });
}

/**
 * Searched for, since brokers report one by one and a serverless cluster has none: dimensions are cluster, broker and topic, or cluster
 * and topic. Values come once a minute, so their sum over a minute is a rate per second. Somebody else's cluster has it with the monitoring
 * level PER_TOPIC_PER_BROKER only. A search is for graphs: alarms take none.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html
 */
function recordsPut({ cluster, topic }: ObservedTopic): IMetric | undefined {
  if (cluster === undefined) return undefined;
  const search = `Namespace="AWS/Kafka" MetricName="MessagesInPerSec" "Cluster Name"="${cluster}" Topic="${topic}"`;
  return new MathExpression({
    label: 'put into the topic',
    color: COLOURS.source,
    expression: `60 * SUM(SEARCH('${search}', 'Sum', 60))`,
    usingMetrics: {},
    period,
  });
}
