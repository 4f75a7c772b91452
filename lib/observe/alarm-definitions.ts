import type { IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { StageSettings } from '../settings.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { exchangeAlarms } from './exchange-alarms.ts';
import { math, period } from './five-minutes.ts';
import { lakeAlarms } from './lake-alarms.ts';
import type { PipelineMetrics } from './metrics.ts';
import { expiryAlarms, ofReader, readingAlarms, sourceAlarms } from './reader-alarms.ts';
import { unaccountedFlag } from './unaccounted.ts';

/** What an operator must know at once. The dashboard shows the rest. */
export function alarmDefinitions(metrics: PipelineMetrics, settings: StageSettings): AlarmDefinition[] {
  const { batch, readers, log, results, time, firehose, exchanges } = metrics;
  const [first, ...further] = readers;
  const tables = results === undefined ? [log] : [log, results];
  const definitions: AlarmDefinition[] = [
    ...ofReader(readingAlarms(first, settings), first, 0),
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
      description: first.source.words.alarms.DeliveryStuck,
    },
    ...ofReader(sourceAlarms(first), first, 0),
    ...expiryAlarms(readers),
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
    ...further.flatMap((reader, i) =>
      ofReader([...readingAlarms(reader, settings), ...sourceAlarms(reader)], reader, 1 + i),
    ),
  ];
  return settings.computedAlarms
    ? all
    : all.filter(({ metric }) => metric.toMetricConfig().mathExpression === undefined);
}

function watermarkLag(
  { batch, readers: [{ source }] }: PipelineMetrics,
  { maxWatermarkLagMs }: StageSettings,
): AlarmDefinition {
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
