import { bytesText, durationText, grouped } from '../text.ts';
import { ASSUMED } from './assumptions.ts';
import type { Estimate } from './estimate.ts';
import { PRICES } from './prices.ts';
import type { CostInput } from './traffic.ts';

/** What makes the estimate worth less than it looks. */
export function warningsOf({ eventsPerSecond, keys, eventBytes }: CostInput, { traffic }: Estimate): string[] {
  const warnings: string[] = [];
  const perKey = eventsPerSecond / keys;
  if (perKey > ASSUMED.shardRecordsPerSecond || perKey * eventBytes > ASSUMED.shardBytesPerSecond) {
    warnings.push(`each key gets ${grouped(Math.round(perKey))} events/s: more than a shard takes, and a key cannot be split; use a finer partition key`);
  } else if (keys < traffic.shards) {
    warnings.push(`${grouped(keys)} keys cannot fill ${grouped(traffic.shards)} shards evenly: some will be full while others are idle; use a finer partition key`);
  }
  return warnings;
}

/** Every assumption in a sentence. */
export function assumptionsOf(input: CostInput, { traffic }: Estimate): string[] {
  const { flinkEventsPerKpu = ASSUMED.flinkEventsPerKpu } = input;
  return [
    `prices: ${PRICES.region}, on demand, collected ${PRICES.collected}; no free tier, discount, tax, data transfer or point-in-time recovery; retention of 24 hours (up to 7 days: $${PRICES.kinesis.extendedRetentionPerShardHour} a shard-hour more)`,
    `load: even over time, shards and keys, events dated as they come; records of ${grouped(input.eventBytes)} bytes with their key; no headroom for peaks`,
    `shards: ${grouped(ASSUMED.shardRecordsPerSecond)} records/s or ${grouped(ASSUMED.shardBytesPerSecond)} bytes/s each; one batch at a time each`,
    `batches: what ${durationText(Math.max(ASSUMED.pollSeconds * 1_000, input.maxBatchingWindowMs))} bring, at most ${grouped(input.batchSize)} records and ${bytesText(ASSUMED.payloadBytes)}: ${number(traffic.recordsPerBatch)} records each`,
    `function: ${grouped(ASSUMED.memoryMiB)} MiB, ${ASSUMED.batchMs} ms a batch + ${ASSUMED.recordMs} ms a record + ${ASSUMED.resultRoundMs} ms per ${ASSUMED.resultPutsPerRound} results = ${number(traffic.batchMs)} ms; warm; a tick a minute`,
    `log: ${ASSUMED.logItemBytes} bytes a commit + ${ASSUMED.deltaBytesPerPane} per changed key and window + ${ASSUMED.outboxBytesPerResult} per result (measured, compressed); above ${bytesText(ASSUMED.inlineLimitBytes)} to S3; windows end for all keys of a shard in one batch`,
    `results: every key that occurs in a window of ${durationText(input.windowMs)}, fired ${ASSUMED.firingsPerResult} times (measured on flights), ${ASSUMED.resultItemBytes} bytes, one write unit; storage of one month`,
    ...(input.lake ? [`lake: through Firehose as Parquet, ${ASSUMED.lineBytes} bytes a line, records rounded up to ${grouped(ASSUMED.firehoseStepBytes)} bytes, a file every ${ASSUMED.firehoseBufferSeconds} s of one day at a time`] : []),
    `CloudWatch: ${grouped(ASSUMED.logBytesPerInvocation)} bytes of logs an invocation, ${ASSUMED.metrics} metrics, ${ASSUMED.alarmMetrics} alarm metrics, ${ASSUMED.dashboards} dashboard`,
    `Managed Flink: ${grouped(flinkEventsPerKpu)} events/s a KPU (--flink-events-per-kpu), one KPU more for orchestration, ${PRICES.flink.storageGbPerKpu} GB of storage a KPU; same stream, results and lake; its logs and backups not counted`,
  ];
}

/** As many digits as matter. @example number(0.001368) // '0.0014' */
export function number(value: number): string {
  if (value < 1) return value.toLocaleString('en-US', { maximumSignificantDigits: 2 });
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}
