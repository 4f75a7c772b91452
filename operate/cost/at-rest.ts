import { DEFAULT_RECEIVERS } from '../../engine/exchange/receivers.ts';
import { kafkaAtRest, partitionsAtRest } from './at-rest-kafka.ts';
import type { PricedResource, PricedTemplate, RestLine } from './priced-template.ts';
import { HOURS_PER_MONTH, PRICES, STAR_TEXT } from './prices.ts';
import { restLines } from './rest-lines.ts';

/**
 * What a stack costs a month before a single record has come; what costs nothing then is left out.
 *
 * @param receivers of each of its exchanges, in order: the template does not tell
 * @param beside templates of the same stage: on the serverless cluster of one, partitions that others make are paid
 */
export function atRest(
  template: PricedTemplate,
  beside: readonly PricedTemplate[] = [],
  receivers: readonly number[] = [],
): RestLine[] {
  const ofType = (type: string): readonly PricedResource[] => propertiesOf(template, type);
  const streams = ofType('AWS::Kinesis::Stream');
  const shards = streams.reduce((sum, { ShardCount }) => sum + (typeof ShardCount === 'number' ? ShardCount : 0), 0);
  const partitions = Math.max(1, shards);
  const schedules = ofType('AWS::Scheduler::Schedule');
  const lines: RestLine[] = [
    {
      what: 'Kinesis',
      usd: streams.reduce((sum, stream) => sum + streamPerHour(stream), 0) * HOURS_PER_MONTH,
      isUnchecked: streams.some((stream) => typeof stream['ShardCount'] !== 'number' || isExtended(stream)),
    },
    {
      what: 'enhanced fan-out',
      usd:
        ((ofType('AWS::Kinesis::StreamConsumer').length * shards) / Math.max(1, streams.length)) *
        PRICES.kinesis.perConsumerShardHour *
        HOURS_PER_MONTH,
      isUnchecked: true,
    },
    ...restLines({
      dashboards: ofType('AWS::CloudWatch::Dashboard').length,
      alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + metricsIn(alarm), 0),
      keys: ofType('AWS::KMS::Key').length,
      ticks: schedules.map(() => partitions / schedules.length),
      exchanges: ofType('AWS::SQS::Queue').map((_queue, i) => ({
        ticks: schedules.length,
        senders: i === 0 ? partitions : (receivers[i - 1] ?? DEFAULT_RECEIVERS),
        receivers: receivers[i] ?? DEFAULT_RECEIVERS,
      })),
      meeting: schedules.map(() => partitions / schedules.length),
    }),
    ...kafkaAtRest(ofType),
    ...(beside.some((other) => propertiesOf(other, 'AWS::MSK::ServerlessCluster').length > 0)
      ? [partitionsAtRest(ofType('Custom::KafkaTopic'))]
      : []),
  ];
  return lines.filter(({ usd }) => usd === undefined || usd >= LEAST_USD);
}

/** Less is not shown [US dollars]. */
export const LEAST_USD = 0.005;

/** @example 'Tidemark-flights-dev: $17.35* a month at rest (Kinesis $10.95, dashboard $3.00*, alarms $2.40*, keys $1.00*; us-east-1; * …)' */
export function atRestText(stack: string, lines: readonly RestLine[]): string {
  const total = lines.reduce((sum, { usd = 0 }) => sum + usd, 0);
  const starred = (usd: number, isUnchecked = false): string => `$${usd.toFixed(2)}${isUnchecked ? '*' : ''}`;
  const parts = lines.map(
    ({ what, usd, isUnchecked }) => `${what} ${usd === undefined ? 'NOT PRICED' : starred(usd, isUnchecked)}`,
  );
  const isStarred = lines.some(({ usd, isUnchecked }) => usd !== undefined && isUnchecked === true);
  const where = isStarred ? `${PRICES.region}; ${STAR_TEXT}` : PRICES.region;
  return `${stack}: ${starred(total, isStarred)} a month at rest (${parts.join(', ')}; ${where})`;
}

function propertiesOf({ Resources = {} }: PricedTemplate, type: string): PricedResource[] {
  return Object.values(Resources)
    .filter((resource) => resource.Type === type)
    .map(({ Properties = {} }) => Properties);
}

const isExtended = ({ RetentionPeriodHours: hours }: PricedResource): boolean =>
  typeof hours === 'number' && hours > 24;

function streamPerHour(stream: PricedResource): number {
  const { ShardCount: shards } = stream;
  const { perShardHour, extendedRetentionPerShardHour, onDemandPerStreamHour } = PRICES.kinesis;
  if (typeof shards !== 'number') return onDemandPerStreamHour;
  return shards * (perShardHour + (isExtended(stream) ? extendedRetentionPerShardHour : 0));
}

/** An alarm that computes is paid per metric in it. */
function metricsIn({ Metrics: metrics }: PricedResource): number {
  return Array.isArray(metrics)
    ? metrics.filter((metric: unknown) => typeof metric === 'object' && metric !== null && 'MetricStat' in metric)
        .length
    : 1;
}
