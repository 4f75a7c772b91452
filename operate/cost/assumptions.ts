import { BATCH_METRICS, TICK_METRICS } from '../../engine/metrics.ts';
import { DEFAULT_INLINE_LIMIT_KIB } from '../../engine/partition-log/inline-limit.ts';

/** What the model takes for granted. Sizes were measured on the flights of 2001 and on the benchmark's readings. */
export const ASSUMED = Object.freeze({
  /** A shard takes so much [records/s], [bytes/s]. @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
  shardRecordsPerSecond: 1_000,
  shardBytesPerSecond: 1_000_000,
  /** A poller of Lambda's takes so much; a partition of MSK Serverless too [bytes/s]. @see https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html */
  pollerBytesPerSecond: 5_000_000,
  /** A unit of pollers of one's own takes so much [bytes/s]. */
  pollerUnitBytesPerSecond: 20_000_000,
  /** Of a topic at least: default of `lib/ingest/kafka/settings.ts`. */
  topicPartitions: 3,
  /** Of a cluster, its endpoints and copies of a record. */
  zones: 3,
  /** A broker takes so much [bytes/s]: MSK's figure for express.m7g.large; for kafka.m7g.large, with its copies, nobody publishes one. */
  brokerBytesPerSecond: { provisioned: 10_000_000, express: 15_600_000 },
  /** Disk of a broker, where it begins: default of `lib/ingest/kafka/settings.ts` [GB]. */
  brokerGb: 100,
  /** How long a topic keeps its records. */
  topicRetentionHours: 24,
  /** Largest payload of an invocation, and what surrounds one record in it [bytes]. */
  payloadBytes: 6 * 1_048_576,
  envelopeBytes: 400,
  /** Lambda asks a shard once a second when there is little. */
  pollSeconds: 1,

  /** A log item with nothing in it: attributes 505, empty outbox 85, empty delta 10 [bytes]. */
  logItemBytes: 600,
  /** Compressed, per changed key and window: 11 to 25 measured [bytes]. */
  deltaBytesPerPane: 16,
  /** Compressed, per result in an outbox: 15 to 27 measured in batches of 100 and more [bytes]. */
  outboxBytesPerResult: 20,
  /** Compressed, per open key and window in a snapshot: 16 measured [bytes]. */
  snapshotBytesPerPane: 16,
  /** Compressed, per row that goes through an exchange: 7.4 to 8.1 measured on flights in commits of 1,000 [bytes]. */
  rowBytesPerRecord: 8,
  /** Rows that leave per record: none of the flights is filtered out. 20,000 of 20,000 measured on destinations. */
  rowsPerRecord: 1,
  /** Compressed, per partial result of combined rows, with five aggregates: 2.5 KB for 340 measured [bytes]. */
  partialBytes: 7.4,
  /** Of combined rows, those behind the watermark travel by themselves: 60 of 1,000 measured, 0.9 KB [bytes]. */
  lateShare: 0.06,
  lateRowBytes: 15,
  /** How far a receiver has read one sender: 7.8 KB for 500 measured [bytes]. */
  positionBytes: 16,
  /** A result of six aggregates: 154 measured, below one write unit [bytes]. */
  resultItemBytes: 154,
  /** What DynamoDB adds to an item for its storage [bytes]. */
  itemOverheadBytes: 100,
  /** Firings per result: late records correct a window. 17,251 / 14,319 on the flights. */
  firingsPerResult: 1.2,
  /** A line on its way to the lake: that of a result of the flights, with six aggregates [bytes]. */
  lineBytes: 260,
  /** What a record of Firehose is rounded up to [bytes]; a file is gathered for so long [s]. */
  firehoseStepBytes: 5_120,
  firehoseBufferSeconds: 300,
  /** Compressed, per line of the lake [bytes]. */
  lakeBytesPerLine: 60,
  /** Larger bodies become objects: default of `lib/settings.ts` [KiB]. */
  inlineLimitKiB: DEFAULT_INLINE_LIMIT_KIB,
  /**
   * A commit waits for its objects, which are put side by side, and a receiver for those of rows: the lower end of what AWS says
   * of small objects, not measured here [ms].
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
   */
  objectMs: 100,

  /** Memory of the function: default of `lib/settings.ts` [MiB]. */
  memoryMiB: 1_024,
  /** An invocation with one conditional put [ms]. */
  batchMs: 15,
  /** A call of a receiver: two reads of its senders, and a conditional put [ms]. */
  receiveMs: 30,
  /** Per record: 4 µs measured on one fast core, a function of 1 GiB has 0.6 of a slower one [ms]. */
  recordMs: 0.02,
  /** A round of parallel puts into the result table, and how many a round has [ms]. */
  resultRoundMs: 8,
  resultPutsPerRound: 32,
  /** A tick each minute: once, and per shard or partition [ms]. */
  tickMs: 50,
  tickMsPerPartition: 25,

  /** The embedded-metric line of a batch or tick (725 measured) [bytes]. */
  logBytesPerReport: 725,
  /** Lambda's own three JSON lines; and the line of the age of a topic's records (220 measured) [bytes]. */
  logBytesPerInvocation: 875,
  logBytesPerRecordAge: 220,
  /** Of a topic one more: the age of its records. */
  /**
   * What MSK counts per broker beyond what is free, if all of it comes: some only with clients, some only when it throttles.
   *
   * @see https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html
   */
  brokerMetrics: { provisioned: 47, express: 34 },
  metrics:
    BATCH_METRICS.counts.length +
    BATCH_METRICS.durations.length +
    TICK_METRICS.counts.length +
    TICK_METRICS.durations.length,
  alarmMetrics: { kinesis: 24, kafka: 23 },
  /** Of each further source. */
  furtherAlarmMetrics: { kinesis: 8, kafka: 8 },
  /** Of receivers: those of a batch under a dimension of their own, and what their alarms ask. */
  receiverMetrics: BATCH_METRICS.counts.length + BATCH_METRICS.durations.length,
  receiverAlarmMetrics: 8,
  dashboards: 1,
  /** For the topic of the alarms. */
  keys: 1,

  /**
   * What one KPU (1 vCPU, 4 GB) does with windowed aggregation. The first is the upper end of 5,000 to 10,000, which another
   * vendor states for a unit of the same size. The second is what a light job may get through. Neither is measured here.
   *
   * @see https://www.alibabacloud.com/help/en/flink/product-overview/billable-items
   */
  flinkEventsPerKpu: 10_000,
  flinkRates: Object.freeze([10_000, 100_000]),
});
