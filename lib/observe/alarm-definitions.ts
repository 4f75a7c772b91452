import type { IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { hours } from '../../engine/time/duration.ts';
import type { StageSettings } from '../settings.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { exchangeAlarms } from './exchange-alarms.ts';
import { math, period } from './five-minutes.ts';
import { lakeAlarms } from './lake-alarms.ts';
import type { PipelineMetrics } from './metrics.ts';
import type { SourceMetrics } from './source-metrics.ts';
import { unaccountedFlag } from './unaccounted.ts';

/** What an operator must know at once. The dashboard shows the rest. */
export function alarmDefinitions(metrics: PipelineMetrics, settings: StageSettings): AlarmDefinition[] {
  const { batch, function: fn, tick, source, log, results, time, firehose, exchanges } = metrics;
  const { alarms: texts } = source.words;
  const tables = results === undefined ? [log] : [log, results];
  const definitions: AlarmDefinition[] = [
    {
      id: 'FunctionErrors',
      metric: fn.errorCount.with({ period }),
      threshold: 0,
      datapoints: 2,
      periods: 3,
      description: texts.FunctionErrors,
    },
    {
      id: 'FunctionThrottles',
      metric: fn.throttleCount.with({ period }),
      threshold: 0,
      datapoints: 2,
      periods: 3,
      description: texts.FunctionThrottles,
    },
    {
      id: 'TickErrors',
      metric: tick.errorCount.with({ period }),
      threshold: 0,
      datapoints: 3,
      periods: 3,
      description: texts.TickErrors,
    },
    {
      id: 'Stalled',
      metric: source.stalledFlag,
      threshold: 0,
      datapoints: 2,
      periods: 3,
      description: texts.Stalled,
    },
    {
      id: 'Behind',
      metric: source.recordAgeMaxMs.with({ period }),
      threshold: settings.maxIteratorAgeMs,
      datapoints: 3,
      periods: 3,
      description: texts.Behind,
    },
    {
      id: 'RecordsAtRisk',
      metric: source.recordAgeMaxMs.with({ period }),
      threshold: hours(source.retentionHours) / 2,
      datapoints: 1,
      periods: 1,
      description: texts.RecordsAtRisk,
    },
    {
      id: 'DeadLetters',
      metric: batch.deadLetterCount.with({ period }),
      threshold: 0,
      datapoints: 1,
      periods: 1,
      description:
        'Records could not be counted; they are kept in the lake bucket under dead-letters/, with the reason. Look whether a producer has changed its format.',
    },
    {
      id: 'Unaccounted',
      metric: unaccountedFlag(batch),
      threshold: 0,
      datapoints: 1,
      periods: 1,
      description:
        'Records were read that are neither counted nor late nor dead letters: a defect of Tidemark, for its own counters disagree. Keep the log lines of the function and report it; results since then may be wrong.',
    },
    {
      id: 'DeliveryStuck',
      metric: time.outboxAgeMaxMs.with({ period }),
      threshold: settings.maxIteratorAgeMs,
      datapoints: 3,
      periods: 3,
      description: texts.DeliveryStuck,
    },
    ...sourceAlarms(source),
    {
      id: 'TableThrottles',
      metric: sum(tables.flatMap((table) => [table.writeThrottleCount, table.readThrottleCount])),
      threshold: 0,
      datapoints: 3,
      periods: 3,
      description:
        'DynamoDB refuses requests, so batches are retried. See the maximum throughput set on the table, the quota of the account, and whether traffic has doubled within minutes.',
    },
    {
      id: 'TableSystemErrors',
      metric: sum(tables.map((table) => table.putSystemErrorCount)),
      threshold: 0,
      datapoints: 3,
      periods: 3,
      description:
        'DynamoDB fails by itself, so batches are retried: nothing is lost. See the AWS Health dashboard; nothing to do but wait.',
    },
  ];
  const all = [
    ...definitions,
    ...(firehose === undefined ? [] : lakeAlarms(firehose, settings)),
    ...exchanges.flatMap((exchange, place) => exchangeAlarms(exchange, settings, place > 0)),
    ...(settings.maxWatermarkLagMs === 0 ? [] : [watermarkLag(metrics, settings)]),
  ];
  return settings.computedAlarms
    ? all
    : all.filter(({ metric }) => metric.toMetricConfig().mathExpression === undefined);
}

/** What only one kind of source knows. */
function sourceAlarms({
  writeThrottleCount,
  failedPartitionCount,
  possibleLossCount,
}: SourceMetrics): AlarmDefinition[] {
  return [
    ...(writeThrottleCount === undefined
      ? []
      : [
          {
            id: 'StreamFull',
            metric: writeThrottleCount.with({ period }),
            threshold: 0,
            datapoints: 3,
            periods: 3,
            description:
              'Kinesis refuses records of the producers, who must send them again. Give the stream more shards, or look for one partition key that takes a whole shard.',
          },
        ]),
    ...(possibleLossCount === undefined
      ? []
      : [
          {
            id: 'RecordsExpired',
            metric: possibleLossCount.with({ period }),
            threshold: 0,
            datapoints: 1,
            periods: 1,
            description:
              'A shard was not read for longer than the retention of the stream: records may have expired unread, and nothing in Kinesis tells whether there were any. The log of the function and tidemark inspect say from when to when; compare with what producers have sent.',
          },
        ]),
    ...(failedPartitionCount === undefined
      ? []
      : [
          {
            id: 'PartitionsHalted',
            metric: failedPartitionCount.with({ period }),
            threshold: 0,
            datapoints: 2,
            periods: 3,
            description:
              'Partitions fail again and again, maybe while others go on: nothing is lost, their keys wait, and the retention of the topic runs. Read the lines "partition N: …" in the log of the function; repair what they name or deploy the version before.',
          },
        ]),
  ];
}

function watermarkLag({ batch, source }: PipelineMetrics, { maxWatermarkLagMs }: StageSettings): AlarmDefinition {
  return {
    id: 'WatermarkLag',
    metric: batch.watermarkLagMaxMs.with({ period }),
    threshold: maxWatermarkLagMs,
    datapoints: 3,
    periods: 3,
    description: source.words.alarms.WatermarkLag,
  };
}

/** SUM of an array, not `a + b`: a table without a single throttle has no data, and a sum with it would have none either. */
function sum(metrics: readonly Metric[]): IMetric {
  const named = metrics.map((metric, index) => [`table${index}`, metric] as const);
  return math('all tables', `SUM([${named.map(([name]) => name).join(', ')}])`, Object.fromEntries(named));
}
