import type { IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { hours } from '../../engine/time/duration.ts';
import type { StageSettings } from '../settings.ts';
import { math, period } from './five-minutes.ts';
import { lakeAlarms } from './lake-alarms.ts';
import type { PipelineMetrics } from './metrics.ts';

/** An alarm as values: rings when `metric` is above `threshold` in `datapoints` of the last `periods` times five minutes. */
export interface AlarmDefinition {
  readonly id: string;
  /** Evaluated every five minutes. */
  readonly metric: IMetric;
  readonly threshold: number;
  readonly datapoints: number;
  readonly periods: number;
  /** What has happened, and what to do: all that somebody has who is woken by it. */
  readonly description: string;
}

/** What somebody must know of at once. The dashboard shows the rest. */
export function alarmDefinitions(metrics: PipelineMetrics, settings: StageSettings): AlarmDefinition[] {
  const { batch, function: fn, tick, stream, log, results, time, firehose } = metrics;
  const tables = results === undefined ? [log] : [log, results];
  const definitions: AlarmDefinition[] = [
    {
      id: 'FunctionErrors', metric: fn.errorCount.with({ period }), threshold: 0, datapoints: 2, periods: 3,
      description: 'Batches fail and are retried for ever: nothing is lost, their shards wait. Read the error in the log of the function; repair what it names or deploy the version before.',
    },
    {
      id: 'FunctionThrottles', metric: fn.throttleCount.with({ period }), threshold: 0, datapoints: 2, periods: 3,
      description: 'Lambda refuses invocations: the account is out of concurrency. See which function takes it, or ask for a higher quota; one shard needs one.',
    },
    {
      id: 'TickErrors', metric: tick.errorCount.with({ period }), threshold: 0, datapoints: 3, periods: 3,
      description: 'Time does not move on where input has stopped, so last windows do not come out; shards with input are not touched. Read the error in the log of the tick function; it tries again every minute.',
    },
    {
      id: 'Stalled', metric: stalledFlag(metrics), threshold: 0, datapoints: 3, periods: 3,
      description: 'Records come in and the function is not invoked. See whether the event source mapping is enabled and what its last result says; a permission or a key may be gone.',
    },
    {
      id: 'Behind', metric: fn.iteratorAgeMaxMs.with({ period }), threshold: settings.maxIteratorAgeMs, datapoints: 3, periods: 3,
      description: 'The pipeline reads old records. With errors: repair those first. Without: it is too slow for what comes in; give the stream more shards or the function more memory.',
    },
    {
      id: 'RecordsAtRisk', metric: fn.iteratorAgeMaxMs.with({ period }), threshold: hours(settings.streamRetentionHours) / 2, datapoints: 1, periods: 1,
      description: 'Half of the retention is used up: unread records will be deleted by Kinesis. Raise the retention of the stream now (it works at once), then find out why the pipeline is behind.',
    },
    {
      id: 'DeadLetters', metric: batch.deadLetterCount.with({ period }), threshold: 0, datapoints: 1, periods: 1,
      description: 'Records could not be counted; they are kept in the lake bucket under dead-letters/, with the reason. Look whether a producer has changed its format.',
    },
    {
      id: 'Unaccounted', metric: unaccountedFlag(metrics), threshold: 0, datapoints: 1, periods: 1,
      description: 'Records were read that are neither counted nor late nor dead letters: a defect of Tidemark, for its own counters disagree. Keep the log lines of the function and report it; results since then may be wrong.',
    },
    {
      id: 'DeliveryStuck', metric: time.outboxAgeMaxMs.with({ period }), threshold: settings.maxIteratorAgeMs, datapoints: 3, periods: 3,
      description: 'Results are decided and not delivered. With errors of the function: a sink fails, repair what its log names. With an old iterator age and no errors: the pipeline is behind, give the stream more shards.',
    },
    {
      id: 'StreamFull', metric: stream.writeThrottleCount.with({ period }), threshold: 0, datapoints: 3, periods: 3,
      description: 'Kinesis refuses records of the producers, who must send them again. Give the stream more shards, or look for one partition key that takes a whole shard.',
    },
    {
      id: 'TableThrottles', metric: sum(tables.flatMap((table) => [table.writeThrottleCount, table.readThrottleCount])), threshold: 0, datapoints: 3, periods: 3,
      description: 'DynamoDB refuses requests, so batches are retried. See the maximum throughput set on the table, the quota of the account, and whether traffic has doubled within minutes.',
    },
    {
      id: 'TableSystemErrors', metric: sum(tables.map((table) => table.putSystemErrorCount)), threshold: 0, datapoints: 3, periods: 3,
      description: 'DynamoDB fails by itself, so batches are retried: nothing is lost. See the AWS Health dashboard; nothing to do but wait.',
    },
  ];
  const all = [...definitions, ...(firehose === undefined ? [] : lakeAlarms(firehose, settings)), ...(settings.maxWatermarkLagMs === 0 ? [] : [watermarkLag(metrics, settings)])];
  return settings.computedAlarms ? all : all.filter(({ metric }) => metric.toMetricConfig().mathExpression === undefined);
}

function watermarkLag({ batch }: PipelineMetrics, { maxWatermarkLagMs }: StageSettings): AlarmDefinition {
  return {
    id: 'WatermarkLag', metric: batch.watermarkLagMaxMs.with({ period }), threshold: maxWatermarkLagMs, datapoints: 3, periods: 3,
    description: 'Event time stands still on a shard, so its windows do not end. See which shard (dashboard, "By shard"): are its producers silent, or are their clocks behind?',
  };
}

/** 1 when the counters of five minutes do not add up, else 0. */
function unaccountedFlag({ batch }: PipelineMetrics): IMetric {
  return math('in is not counted + late + dead', 'IF(recordsIn == counted + late + dead, 0, 1)', {
    recordsIn: batch.recordsInCount,
    counted: batch.countedCount,
    late: batch.lateRecordCount,
    dead: batch.deadLetterCount,
  });
}

/** 1 while records come in and nothing runs, else 0. */
function stalledFlag({ stream, function: fn }: PipelineMetrics): IMetric {
  return math('records come in, nothing runs', 'IF(FILL(recordsPut, 0) > 0 AND FILL(invocations, 0) == 0, 1, 0)', {
    recordsPut: stream.recordsPutCount,
    invocations: fn.invocationCount,
  });
}

/** SUM of an array, not `a + b`: a table without a single throttle has no data, and a sum with it would have none either. */
function sum(metrics: readonly Metric[]): IMetric {
  const named = metrics.map((metric, index) => [`table${index}`, metric] as const);
  return math('all tables', `SUM([${named.map(([name]) => name).join(', ')}])`, Object.fromEntries(named));
}
