import { TICK_METRICS } from '../../engine/metrics.ts';
import { ASSUMED } from './assumptions.ts';
import { exchangeAtRest, otherSourcesAtRest, type ExchangeAtRest } from './exchange-lines.ts';
import type { RestLine } from './priced-template.ts';
import { HOURS_PER_MONTH, PRICES, starOf } from './prices.ts';
import { GB } from './services.ts';

/** What is there while nothing happens, however it is known: by a template, or by what a pipeline's template has. */
export interface RestShape {
  readonly dashboards: number;
  /** An alarm that computes is paid per metric in it. */
  readonly alarmMetrics: number;
  readonly keys: number;
  /** Schedules that call a function each minute, and of how many partitions each. */
  readonly ticks: readonly number[];
  /** The ticks of a pipeline report as one; a further source's come to those that are there. @default false */
  readonly isFurther?: boolean;
  readonly exchanges: readonly ExchangeAtRest[];
  /** Logs of each source that sends to one exchange. @default one source, which looks at no other */
  readonly meeting?: readonly number[];
}

const TICKED = TICK_METRICS.counts.length + TICK_METRICS.durations.length;

/** The only place that says what they cost a month. */
export function restLines(shape: RestShape): RestLine[] {
  const { dashboards, alarmMetrics, keys, ticks, isFurther, exchanges, meeting = [] } = shape;
  const { perDashboardMonth, perAlarmMetricMonth, perMetricMonth } = PRICES.cloudwatch;
  const ofExchanges = [...exchanges.flatMap(exchangeAtRest), ...otherSourcesAtRest(meeting)];
  // Logs of ticks are among what CloudWatch takes.
  const isUnchecked = starOf([{ service: 'CloudWatch', what: 'all' }]) !== '';
  return [
    { what: 'dashboard', usd: dashboards * perDashboardMonth, isUnchecked },
    { what: 'alarms', usd: alarmMetrics * perAlarmMetricMonth, isUnchecked },
    { what: 'metrics', usd: ticks.length > 0 && isFurther !== true ? TICKED * perMetricMonth : 0, isUnchecked },
    { what: 'keys', usd: keys * PRICES.kms.perKeyMonth, isUnchecked: true },
    { what: 'ticks', usd: ticks.reduce((sum, partitions) => sum + ticksUsd(partitions), 0), isUnchecked },
    ...['SQS', 'DynamoDB', 'S3'].map((what) => ({
      what,
      usd: ofExchanges.reduce((sum, { service, usd }) => sum + (service === what ? usd : 0), 0),
      isUnchecked: starOf(ofExchanges.filter(({ service }) => service === what)) !== '',
    })),
  ];
}

/** Of a schedule: requests, duration and logs. */
function ticksUsd(partitions: number): number {
  const { lambda, cloudwatch } = PRICES;
  const ms = ASSUMED.tickMs + ASSUMED.tickMsPerPartition * partitions;
  const gbSeconds = (ms / 1_000) * (ASSUMED.memoryMiB / 1_024);
  const logGb = (ASSUMED.logBytesPerReport + ASSUMED.logBytesPerInvocation) / GB;
  const each = lambda.perMillionRequests / 1e6 + gbSeconds * lambda.perGbSecond + logGb * cloudwatch.perGbOfLogs;
  return each * HOURS_PER_MONTH * 60;
}
