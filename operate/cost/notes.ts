import { DEFAULT_PACE_MS, intervalMs } from '../../engine/exchange/pace.ts';
import { bytesText, durationText, grouped } from '../text.ts';
import { ASSUMED } from './assumptions.ts';
import type { Estimate } from './estimate.ts';
import type { ExchangeTraffic } from './exchange-traffic.ts';
import { PRICES } from './prices.ts';
import type { CostInput, KafkaKind } from './traffic.ts';

/** What makes the estimate worth less than it looks. */
export function warningsOf({ eventsPerSecond, keys, eventBytes, kafka }: CostInput, { traffic }: Estimate): string[] {
  const perKey = eventsPerSecond / keys;
  const { part, parts } = wordsOf(kafka);
  const isTooMuch =
    kafka === undefined
      ? perKey > ASSUMED.shardRecordsPerSecond || perKey * eventBytes > ASSUMED.shardBytesPerSecond
      : perKey * eventBytes > ASSUMED.pollerBytesPerSecond;
  if (isTooMuch)
    return [
      `each key gets ${grouped(Math.round(perKey))} events/s: more than a ${part} takes, and a key cannot be split; use a finer partition key`,
    ];
  if (keys < traffic.partitions)
    return [
      `${grouped(keys)} keys cannot fill ${grouped(traffic.partitions)} ${parts} evenly: some will be full while others are idle; use a finer partition key`,
    ];
  return [];
}

/** Every assumption in a sentence. */
export function assumptionsOf(input: CostInput, { traffic, exchange }: Estimate): string[] {
  const { kafka, flinkEventsPerKpu = ASSUMED.flinkEventsPerKpu } = input;
  const { part, parts } = wordsOf(kafka);
  const retention =
    kafka === undefined
      ? `retention of 24 hours (up to 7 days: $${PRICES.kinesis.extendedRetentionPerShardHour} a shard-hour more)`
      : `retention of ${ASSUMED.topicRetentionHours} hours`;
  const invocations =
    kafka === undefined
      ? `${number(traffic.recordsPerBatch)} records each`
      : `${number(traffic.recordsPerInvocation)} records each, ${number(traffic.recordsPerBatch)} of a partition`;
  return [
    `prices: ${PRICES.region}, on demand, collected ${PRICES.collected}; no free tier, discount, tax, data transfer or point-in-time recovery; ${retention}`,
    `load: even over time, ${parts} and keys, events dated as they come; records of ${grouped(input.eventBytes)} bytes with their key; no headroom for peaks`,
    ...(kafka === undefined
      ? [
          `shards: ${grouped(ASSUMED.shardRecordsPerSecond)} records/s or ${grouped(ASSUMED.shardBytesPerSecond)} bytes/s each; one batch at a time each`,
        ]
      : topicAssumptions(kafka)),
    `batches: what ${durationText(Math.max(ASSUMED.pollSeconds * 1_000, input.maxBatchingWindowMs))} bring, at most ${grouped(input.batchSize)} records and ${bytesText(ASSUMED.payloadBytes)}: ${invocations}`,
    `function: ${grouped(ASSUMED.memoryMiB)} MiB, ${ASSUMED.batchMs} ms a batch + ${ASSUMED.recordMs} ms a record + ${ASSUMED.resultRoundMs} ms per ${ASSUMED.resultPutsPerRound} results = ${number(traffic.invocationMs)} ms; warm; a tick a minute`,
    `log: ${ASSUMED.logItemBytes} bytes a commit + ${ASSUMED.deltaBytesPerPane} per changed key and window + ${ASSUMED.outboxBytesPerResult} per result (measured, compressed); above ${bytesText(ASSUMED.inlineLimitBytes)} to S3; windows end for all keys of a ${part} in one batch`,
    ...(exchange === undefined ? [] : [exchangeAssumption(exchange, input.paceMs ?? DEFAULT_PACE_MS)]),
    ...leftOut(input),
    `results: every key that occurs in a window of ${durationText(input.windowMs)}, fired ${ASSUMED.firingsPerResult} times (measured on flights), ${ASSUMED.resultItemBytes} bytes, one write unit; storage of one month`,
    ...(input.lake
      ? [
          `lake: through Firehose as Parquet, ${ASSUMED.lineBytes} bytes a line, records rounded up to ${grouped(ASSUMED.firehoseStepBytes)} bytes, a file every ${ASSUMED.firehoseBufferSeconds} s of one day at a time`,
        ]
      : []),
    `CloudWatch: ${grouped(ASSUMED.logBytesPerInvocation)} bytes of logs an invocation and ${grouped(ASSUMED.logBytesPerReport)} a batch, ${ASSUMED.metrics + (kafka === undefined ? 0 : 1)} metrics, ${ASSUMED.alarmMetrics[kafka === undefined ? 'kinesis' : 'kafka']} alarm metrics, ${ASSUMED.dashboards} dashboard`,
    `Managed Flink: ${grouped(flinkEventsPerKpu)} events/s a KPU (--flink-events-per-kpu), one KPU more for orchestration, ${PRICES.flink.storageGbPerKpu} GB of storage a KPU; same ${kafka === undefined ? 'stream' : 'topic'}, results and lake; its logs and backups not counted`,
  ];
}

function leftOut({ furtherExchanges = [] }: CostInput): string[] {
  if (furtherExchanges.length === 0) return [];
  const names = furtherExchanges.join(' and ');
  return [`left out: what goes through ${names}: final results of windows, and the calls and commits that take them`];
}

function exchangeAssumption(exchange: ExchangeTraffic, paceMs: number): string {
  const { receivers, rungPerCommit, entriesPerCall } = exchange;
  const { rowBytesPerRecord, receiveMs, recordMs } = ASSUMED;
  const pace = paceMs === 0 ? 'at once' : `after ${durationText(paceMs)}, once for all within ${intervalMs(paceMs)} ms`;
  return `exchange: ${rowBytesPerRecord} bytes a row (measured, compressed); a commit calls ${number(rungPerCommit)} receivers ${pace}, ${receiveMs} ms a call + ${recordMs} ms a row, and a call takes ${number(entriesPerCall)} commits of all senders and ${number(receivers.recordsPerBatch)} rows; it reads them and one slot behind of each sender, eventually consistent`;
}

function topicAssumptions(kafka: KafkaKind): string[] {
  return [
    `topic: at least ${ASSUMED.topicPartitions} partitions, and as many as pollers; it never gets more, so take those of the largest load that is to come`,
    `pollers: Lambda's own, ${grouped(ASSUMED.pollerBytesPerSecond)} bytes/s and one batch at a time each; nobody says how many Lambda takes`,
    `cluster: ${CLUSTERS[kafka]}`,
  ];
}

const CLUSTERS: Readonly<Record<KafkaKind, string>> = {
  serverless: 'for this topic alone; read once',
  provisioned: `for this topic alone; ${grouped(ASSUMED.brokerBytesPerSecond.provisioned)} bytes/s a broker (a guess), in ${ASSUMED.zones} zones; disks of ${ASSUMED.brokerGb} GB; its paid metrics are not counted`,
  express: `for this topic alone; ${grouped(ASSUMED.brokerBytesPerSecond.express)} bytes/s a broker, in ${ASSUMED.zones} zones; its paid metrics are not counted`,
  'self-managed': 'not counted, nor a network to it',
};

export function wordsOf(kafka: KafkaKind | undefined): { readonly part: string; readonly parts: string } {
  return kafka === undefined ? { part: 'shard', parts: 'shards' } : { part: 'partition', parts: 'partitions' };
}

/** As many digits as matter. @example number(0.001368) // '0.0014' */
export function number(value: number): string {
  if (value < 1) return value.toLocaleString('en-US', { maximumSignificantDigits: 2 });
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}
