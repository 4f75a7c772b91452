import { intervalMs } from '../../engine/exchange/pace.ts';
import { bytesText, durationText, grouped } from '../text.ts';
import { ASSUMED } from './assumptions.ts';
import type { Estimate, ExchangeEstimate } from './estimate.ts';
import { PRICES, SECONDS_PER_MONTH } from './prices.ts';
import { inlineLimitBytes, NO_WINDOW_MS, type CostInput, type ExchangeLoad, type KafkaKind } from './traffic.ts';

/** What makes the estimate worth less than it looks. */
export function warningsOf(
  { keys, eventBytes, exchanges = [], hasWindowsInPlace }: CostInput,
  { sources }: Estimate,
): string[] {
  // Behind an exchange the key is another one.
  if (exchanges.length > 0 && hasWindowsInPlace !== true) return [];
  return sources.flatMap(({ eventsPerSecond, kafka, traffic }) => {
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
  });
}

/** Every assumption in a sentence. */
export function assumptionsOf(input: CostInput, { traffic, sources, exchanges }: Estimate): string[] {
  const { kafka, flinkEventsPerKpu } = input;
  const flinkRates = flinkEventsPerKpu === undefined ? ASSUMED.flinkRates : [flinkEventsPerKpu];
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
    ...(sources.length === 1
      ? []
      : [
          `sources: ${sources.map(({ name, eventsPerSecond: own, traffic: of }) => `${name} ${number(own)} events/s in ${many(of.partitions, 'log')}`).join(', ')}; what follows of batches and functions is of the first`,
        ]),
    `batches: what ${durationText(Math.max(ASSUMED.pollSeconds * 1_000, input.maxBatchingWindowMs))} bring, at most ${grouped(input.batchSize)} records and ${bytesText(ASSUMED.payloadBytes)}: ${invocations}`,
    `function: ${grouped(ASSUMED.memoryMiB)} MiB, ${ASSUMED.batchMs} ms a batch + ${ASSUMED.recordMs} ms a record + ${ASSUMED.resultRoundMs} ms per ${ASSUMED.resultPutsPerRound} results = ${number(traffic.invocationMs)} ms; warm; a tick a minute`,
    `log: ${ASSUMED.logItemBytes} bytes a commit + ${ASSUMED.deltaBytesPerPane} per changed key and window + ${ASSUMED.outboxBytesPerResult} per result (measured, compressed); a body above ${bytesText(inlineLimitBytes(input))} to S3 (inlineLimitKiB; --inline-kib), for which its commit waits ${ASSUMED.objectMs} ms; windows end for all keys of a ${part} in one batch`,
    ...exchangeAssumptions(exchanges, input),
    `results: every key that occurs in a window of ${durationText(lastWindowMs(input))}, fired ${ASSUMED.firingsPerResult} times (measured on flights), ${ASSUMED.resultItemBytes} bytes, one write unit; storage of one month`,
    ...(input.lake
      ? [
          `lake: through Firehose as Parquet, ${ASSUMED.lineBytes} bytes a line, records rounded up to ${grouped(ASSUMED.firehoseStepBytes)} bytes, a file every ${ASSUMED.firehoseBufferSeconds} s of one day at a time`,
        ]
      : []),
    `CloudWatch: ${grouped(ASSUMED.logBytesPerInvocation)} bytes of logs an invocation and ${grouped(ASSUMED.logBytesPerReport)} a batch, ${ASSUMED.metrics + (kafka === undefined ? 0 : 1)} metrics and ${ASSUMED.alarmMetrics[kafka === undefined ? 'kinesis' : 'kafka']} alarm metrics${furtherMetrics(input)}, ${ASSUMED.dashboards} dashboard`,
    `Managed Flink: ${flinkRates.map(grouped).join(' or ')} events/s a KPU, neither measured here (--flink-events-per-kpu sets one), one KPU more for orchestration, ${PRICES.flink.storageGbPerKpu} GB of storage a KPU; same ${kafka === undefined ? 'stream' : 'topic'}, results and lake; its logs and backups not counted`,
  ];
}

/** Of each exchange: how many rows come through it, and what becomes of them. */
function exchangeAssumptions(
  exchanges: readonly ExchangeEstimate[],
  { exchanges: loads = [], hasWindowsInPlace = false }: CostInput,
): string[] {
  return loads.flatMap((load, i) => {
    const exchange = exchanges[i];
    return exchange === undefined
      ? []
      : [exchangeAssumption(exchange, load, rowsFrom(loads[i - 1], hasWindowsInPlace))];
  });
}

function exchangeAssumption(
  { senders, receivers, rungPerCommit, entriesPerCall, rowsPerMonth }: ExchangeEstimate,
  { name, paceMs, keys, isCombined, rowsPerRecord }: ExchangeLoad,
  defaultRows: string,
): string {
  const { receiveMs, recordMs, rowBytesPerRecord, partialBytes, lateShare, lateRowBytes } = ASSUMED;
  const pace = paceMs === 0 ? 'at once' : `after ${durationText(paceMs)}, once for all within ${intervalMs(paceMs)} ms`;
  const rows = `${number(rowsPerMonth / SECONDS_PER_MONTH)} rows/s`;
  const given = rowsPerRecord === undefined ? defaultRows : `${rowsPerRecord} per record of all sources`;
  const bytes = isCombined
    ? `combined by key and window where that is shorter: ${partialBytes} bytes a partial result, ${lateShare * 100} % behind the watermark at ${lateRowBytes} bytes, otherwise ${rowBytesPerRecord} a row`
    : `${rowBytesPerRecord} bytes a row`;
  const items = senders.map(
    ({ crossing, rowsPerMonth: own, rowCommitsPerMonth }) =>
      `${number(crossing.items)} for ${number(own / rowCommitsPerMonth)} rows`,
  );
  return `exchange ${name}: ${rows}, ${given} (--rows ${name}=<rows per record>); ${many(keys, 'key')}; ${bytes} (measured, compressed): a commit with rows sends ${items.join(' and ')}; it calls ${rungPerCommit === 1 ? '1 receiver' : `${number(rungPerCommit)} receivers`} ${pace}, ${receiveMs} ms a call + ${recordMs} ms for each that comes, and a call takes ${number(entriesPerCall)} commits of all senders and ${number(receivers.recordsPerBatch)} rows; it reads them and one slot behind of each sender, eventually consistent; ticks look strongly consistent each minute, and call who has something to read; ${ASSUMED.positionBytes} bytes per sender in each commit of a receiver`;
}

/** Where the rows of an exchange come from, unless their number is given. */
function rowsFrom(before: ExchangeLoad | undefined, hasWindowsInPlace: boolean): string {
  if (before === undefined)
    return hasWindowsInPlace
      ? 'the final results of the windows before it'
      : `${ASSUMED.rowsPerRecord} per record (measured on flights)`;
  return before.windowMs === undefined
    ? `as many as come through ${before.name}`
    : `the final results of the windows behind ${before.name}`;
}

function many(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${grouped(count)} ${what}s`;
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

function furtherMetrics({ sources = [], exchanges = [] }: CostInput): string {
  const perSource = ASSUMED.furtherAlarmMetrics.kinesis;
  return [
    ...(sources.length > 1 ? [`, ${perSource} alarm metrics more for each further source`] : []),
    ...(exchanges.length > 0
      ? [
          `, ${ASSUMED.receiverMetrics} metrics and ${ASSUMED.receiverAlarmMetrics} alarm metrics more for each exchange`,
        ]
      : []),
  ].join('');
}

function lastWindowMs({ windowMs, exchanges = [] }: CostInput): number {
  const last = exchanges.at(-1);
  return last === undefined ? windowMs : (last.windowMs ?? NO_WINDOW_MS);
}

export function wordsOf(kafka: KafkaKind | undefined): { readonly part: string; readonly parts: string } {
  return kafka === undefined ? { part: 'shard', parts: 'shards' } : { part: 'partition', parts: 'partitions' };
}

/** As many digits as matter. @example number(0.001368) // '0.0014' */
export function number(value: number): string {
  if (value < 1) return value.toLocaleString('en-US', { maximumSignificantDigits: 2 });
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}
