import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { BatchMetrics, TickMetrics } from './batch-metrics.ts';
import type { ExchangeMetrics } from './exchange-metrics.ts';
import type { Readers } from './reader-metrics.ts';
import type { FirehoseMetrics, TableMetrics } from './service-metrics.ts';

/** Everything that is measured of one pipeline. Widgets and alarms take their metrics from here. */
export interface PipelineMetrics {
  readonly batch: BatchMetrics;
  /** Of its sources. */
  readonly readers: Readers;
  /** What the ticks found out. */
  readonly time: TickMetrics;
  readonly log: TableMetrics;
  /** undefined: the pipeline has no result table. */
  readonly results: TableMetrics | undefined;
  /** undefined: no Firehose stream brings results to the lake. */
  readonly firehose: FirehoseMetrics | undefined;
  /** In the order in which rows pass them; empty: all of the pipeline runs in one function. */
  readonly exchanges: readonly ExchangeMetrics[];
  readonly derived: DerivedMetrics;
}

/** Figures that are computed of others, by CloudWatch. */
export interface DerivedMetrics {
  /** recordsIn less counted, late and dead letters: 0, or records were lost between the function's own counters. */
  readonly unaccountedCount: IMetric;
  readonly latePercent: IMetric;
  /** Put and not reported by the functions: on its way, or stuck. Two services count it independently; undefined: what is put into one of the sources is not counted. */
  readonly recordsUnreadCount: IMetric | undefined;
  /** Of the slowest partition; minutes, since nobody reads nine digits at night. */
  readonly watermarkLagMaxMinutes: IMetric;
  /** Of the fastest partition: far from the slowest, one holds back the rest. */
  readonly watermarkLagMinMinutes: IMetric;
  readonly outboxAgeMaxMinutes: IMetric;
  readonly recordsPerCommitCount: IMetric;
  readonly writeUnitsPerThousandCount: IMetric;
  readonly lambdaPerThousandMs: IMetric;
}

export function derivedMetrics(batch: BatchMetrics, readers: Readers, time: TickMetrics): DerivedMetrics {
  const { recordsInCount: recordsIn } = batch;
  const { words } = readers[0].source;
  const recordsPut = readers.flatMap(({ source: { recordsPutCount } }) => recordsPutCount ?? []);
  const put = sumOf('recordsPut', recordsPut);
  const duration = sumOf(
    'durationMs',
    readers.map(({ function: { durationTotalMs } }) => durationTotalMs),
  );
  const math = (label: string, expression: string, usingMetrics: Record<string, IMetric>): IMetric =>
    new MathExpression({ label, expression, usingMetrics, period: Duration.minutes(1) });
  return {
    unaccountedCount: math('unaccounted for', 'recordsIn - counted - late - dead', {
      recordsIn,
      counted: batch.countedCount,
      late: batch.lateRecordCount,
      dead: batch.deadLetterCount,
    }),
    latePercent: math('late [% of records]', '100 * late / recordsIn', { recordsIn, late: batch.lateRecordCount }),
    recordsUnreadCount:
      recordsPut.length < readers.length
        ? undefined
        : math('put and not yet in', `FILL(${put.expression}, 0) - FILL(recordsIn, 0)`, { recordsIn, ...put.metrics }),
    watermarkLagMaxMinutes: math(`slowest ${words.part}`, 'lagMs / 60000', { lagMs: batch.watermarkLagMaxMs }),
    watermarkLagMinMinutes: math(`fastest ${words.part}`, 'leastLagMs / 60000', {
      leastLagMs: batch.watermarkLagMinMs,
    }),
    recordsPerCommitCount: math('records per commit', 'recordsIn / commits', { recordsIn, commits: batch.commitCount }),
    writeUnitsPerThousandCount: math('write units per 1,000 records', '1000 * writeUnits / recordsIn', {
      recordsIn,
      writeUnits: batch.writeUnitCount,
    }),
    outboxAgeMaxMinutes: math('oldest', 'outboxAgeMs / 60000', { outboxAgeMs: time.outboxAgeMaxMs }),
    lambdaPerThousandMs: math('Lambda ms per 1,000 records', `1000 * ${duration.expression} / recordsIn`, {
      recordsIn,
      ...duration.metrics,
    }),
  };
}

/** A figure of all sources. SUM of an array, not `a + b`: one that rests has no data, and a sum with it would have none either. */
function sumOf(
  name: string,
  each: readonly Metric[],
): { expression: string; metrics: Readonly<Record<string, Metric>> } {
  const [only, ...more] = each;
  if (only !== undefined && more.length === 0) return { expression: name, metrics: { [name]: only } };
  const metrics = Object.fromEntries(each.map((metric, i) => [`${name}${i}`, metric]));
  return { expression: `SUM([${Object.keys(metrics).join(', ')}])`, metrics };
}
