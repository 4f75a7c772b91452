import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { ASSUMED } from './assumptions.ts';
import { HOURS_PER_MONTH, PRICES, SECONDS_PER_MONTH } from './prices.ts';
import type { CostInput, Traffic } from './traffic.ts';

/** One line of a bill. */
export interface CostLine {
  readonly service: string;
  readonly what: string;
  /** Per month. */
  readonly quantity: number;
  readonly unit: string;
  readonly usd: number;
  /** Managed Flink would pay the same: the stream, and the places where results go. */
  readonly shared: boolean;
  /** Source or exchange that it is for, where the pipeline has several parts. */
  readonly of?: string;
}

export const GB = 1_073_741_824;
const PUT_UNIT_BYTES = 25 * 1_024;
const MINUTES_PER_MONTH = HOURS_PER_MONTH * 60;
/** As in the engine: a snapshot every half ring, or when the deltas since outweigh it and this. */
const SNAPSHOT_EVERY = RING_SLOTS / 2;
const MIN_DELTA_BYTES = 1_048_576;
/** Two listings at every eighth snapshot; about ten snapshots lie there before. */
const LISTS_PER_SNAPSHOT = 2 / 8;
const SNAPSHOTS_KEPT = 10;

export function kinesisLines({ eventsPerSecond, eventBytes }: CostInput, { partitions }: Traffic): CostLine[] {
  const putUnits = eventsPerSecond * HOURS_PER_MONTH * 3_600 * Math.ceil(eventBytes / PUT_UNIT_BYTES);
  const hours = partitions * HOURS_PER_MONTH;
  return [
    {
      service: 'Kinesis',
      what: 'shards',
      quantity: hours,
      unit: 'shard-hours',
      usd: hours * PRICES.kinesis.perShardHour,
      shared: true,
    },
    {
      service: 'Kinesis',
      what: 'records put',
      quantity: putUnits,
      unit: 'put units',
      usd: (putUnits / 1e6) * PRICES.kinesis.perMillionPutUnits,
      shared: true,
    },
  ];
}

/** The same stream in on-demand mode. */
export function kinesisOnDemandUsd({ eventsPerSecond, eventBytes }: CostInput): number {
  const { onDemandPerStreamHour, onDemandPerGbIn, onDemandPerGbOut } = PRICES.kinesis;
  const records = eventsPerSecond * HOURS_PER_MONTH * 3_600;
  const gbIn = (records * Math.ceil(eventBytes / 1_024) * 1_024) / GB;
  const gbOut = (records * eventBytes) / GB;
  return HOURS_PER_MONTH * onDemandPerStreamHour + gbIn * onDemandPerGbIn + gbOut * onDemandPerGbOut;
}

export function lambdaLines(traffic: Traffic): CostLine[] {
  const requests = traffic.invocationsPerMonth + MINUTES_PER_MONTH;
  const tickMs = ASSUMED.tickMs + ASSUMED.tickMsPerPartition * traffic.partitions;
  const gbSeconds =
    ((traffic.invocationsPerMonth * traffic.invocationMs + MINUTES_PER_MONTH * tickMs) / 1_000) *
    (ASSUMED.memoryMiB / 1_024);
  return [
    {
      service: 'Lambda',
      what: 'batches and ticks',
      quantity: requests,
      unit: 'requests',
      usd: (requests / 1e6) * PRICES.lambda.perMillionRequests,
      shared: false,
    },
    {
      service: 'Lambda',
      what: 'duration',
      quantity: gbSeconds,
      unit: 'GB-seconds',
      usd: gbSeconds * PRICES.lambda.perGbSecond,
      shared: false,
    },
  ];
}

/**
 * The log: one put per batch. A body above the inline limit goes to S3, and leaves a small item.
 *
 * @param inlineLimit of one body [bytes]
 * @param senders of a receiver: how far it has read each stands in each of its entries
 * @param bytesPerResult of rows for the next exchange, or of an outbox
 */
export function logLines(
  { touchedPanesPerBatch, firedPerBurst, bursts, batchesPerMonth, openPanes }: Traffic,
  inlineLimit: number,
  senders = 0,
  bytesPerResult: number = ASSUMED.outboxBytesPerResult,
): CostLine[] {
  const calm = putOf([touchedPanesPerBatch * ASSUMED.deltaBytesPerPane], senders, inlineLimit);
  const burst = putOf(
    [(touchedPanesPerBatch + firedPerBurst) * ASSUMED.deltaBytesPerPane, firedPerBurst * bytesPerResult],
    senders,
    inlineLimit,
  );
  // A large item costs its size twice: when it is put, and when it is put over.
  const large = Math.min(batchesPerMonth, 2 * bursts);
  const units = large * burst.units + (batchesPerMonth - large) * calm.units;
  const spills = bursts * burst.objects + (batchesPerMonth - bursts) * calm.objects;
  const waits = (burst.objects > 0 ? bursts : 0) + (calm.objects > 0 ? batchesPerMonth - bursts : 0);
  const snapshotBytes = openPanes * ASSUMED.snapshotBytesPerPane;
  const deltaBytes = touchedPanesPerBatch * ASSUMED.deltaBytesPerPane;
  const every = Math.min(SNAPSHOT_EVERY, Math.floor(Math.max(snapshotBytes, MIN_DELTA_BYTES) / deltaBytes) + 1);
  const puts = (batchesPerMonth / every) * (1 + LISTS_PER_SNAPSHOT) + spills;
  return [
    {
      service: 'DynamoDB',
      what: 'log',
      quantity: units,
      unit: 'write units',
      usd: (units / 1e6) * PRICES.dynamodb.perMillionWriteUnits,
      shared: false,
    },
    {
      service: 'S3',
      what: 'snapshots, large deltas',
      quantity: puts,
      unit: 'PUT and LIST',
      usd: (puts / 1e3) * PRICES.s3.perThousandPuts,
      shared: false,
    },
    ...waitLines('waiting for large deltas', waits),
  ];
}

/** While objects are put or read that a function needs, it waits, and is paid for. */
export function waitLines(what: string, waits: number): CostLine[] {
  if (waits === 0) return [];
  const gbSeconds = ((waits * ASSUMED.objectMs) / 1_000) * (ASSUMED.memoryMiB / 1_024);
  const usd = gbSeconds * PRICES.lambda.perGbSecond;
  return [{ service: 'Lambda', what, quantity: gbSeconds, unit: 'GB-seconds', usd, shared: false }];
}

/** One put of the log: its item, write units, and objects that go beside it. @param bodies their sizes [bytes] */
export function putOf(
  bodies: readonly number[],
  senders: number,
  inlineLimit: number,
): { readonly itemBytes: number; readonly units: number; readonly objects: number } {
  const inline = bodies.filter((bytes) => bytes <= inlineLimit);
  const itemBytes = inline.reduce((sum, one) => sum + one, ASSUMED.logItemBytes + senders * ASSUMED.positionBytes);
  return { itemBytes, units: Math.ceil(itemBytes / 1_024), objects: bodies.length - inline.length };
}

/** What lies in S3 for the log: snapshots that are kept. */
export function snapshotStorageLine({ openPanes, partitions }: Traffic): CostLine {
  const gb = (SNAPSHOTS_KEPT * openPanes * partitions * ASSUMED.snapshotBytesPerPane) / GB;
  return {
    service: 'S3',
    what: 'snapshots kept',
    quantity: gb,
    unit: 'GB',
    usd: gb * PRICES.s3.perGbMonth,
    shared: false,
  };
}

/** Storage is that of one month's results. */
export function resultTableLines({ firingsPerMonth, resultsPerMonth }: Traffic): CostLine[] {
  const gb = (resultsPerMonth * (ASSUMED.resultItemBytes + ASSUMED.itemOverheadBytes)) / GB;
  return [
    {
      service: 'DynamoDB',
      what: 'results',
      quantity: firingsPerMonth,
      unit: 'write units',
      usd: (firingsPerMonth / 1e6) * PRICES.dynamodb.perMillionWriteUnits,
      shared: true,
    },
    {
      service: 'DynamoDB',
      what: 'results kept',
      quantity: gb,
      unit: 'GB',
      usd: gb * PRICES.dynamodb.perGbMonth,
      shared: true,
    },
  ];
}

/**
 * Through Firehose, as the default of a stage is: lines of a commit share a record, which is rounded up to 5 KiB; they are
 * put into folders by day and made Parquet. Storage is that of one month's lines.
 */
export function lakeLines({ batchesPerMonth, bursts, resultsPerMonth, firingsPerMonth }: Traffic): CostLine[] {
  const { perGb, perGbParquet, perGbPartitioned, perThousandObjects } = PRICES.firehose;
  const corrections = (firingsPerMonth - resultsPerMonth) / batchesPerMonth;
  const puts = bursts + (batchesPerMonth - bursts) * -Math.expm1(-corrections);
  const bytes = firingsPerMonth * ASSUMED.lineBytes;
  // Of each put the last record is begun; the others are full.
  const billedGb = (bytes + (puts * ASSUMED.firehoseStepBytes) / 2) / GB;
  const objects = Math.min(puts, SECONDS_PER_MONTH / ASSUMED.firehoseBufferSeconds);
  const kept = (firingsPerMonth * ASSUMED.lakeBytesPerLine) / GB;
  const delivery =
    billedGb * perGb + (bytes / GB) * (perGbParquet + perGbPartitioned) + (objects / 1e3) * perThousandObjects;
  return [
    { service: 'Firehose', what: 'lake delivery', quantity: billedGb, unit: 'GB', usd: delivery, shared: true },
    {
      service: 'S3',
      what: 'lake files',
      quantity: objects,
      unit: 'PUT',
      usd: (objects / 1e3) * PRICES.s3.perThousandPuts,
      shared: true,
    },
    { service: 'S3', what: 'lake kept', quantity: kept, unit: 'GB', usd: kept * PRICES.s3.perGbMonth, shared: true },
  ];
}

/** What its functions write, and what looks at them. */
export function cloudwatchLines(
  sources: ReadonlyArray<{ readonly kafka?: CostInput['kafka']; readonly traffic: Traffic }>,
  receivers: readonly Traffic[],
): CostLine[] {
  const { perGbOfLogs, perMetricMonth, perAlarmMetricMonth, perDashboardMonth } = PRICES.cloudwatch;
  const kinds = sources.map(({ kafka }) => (kafka === undefined ? 'kinesis' : 'kafka'));
  const ofSources = sources.map(({ kafka, traffic: { batchesPerMonth, invocationsPerMonth } }) => {
    const ageBytes = kafka === undefined ? 0 : invocationsPerMonth * ASSUMED.logBytesPerRecordAge;
    const reports = (batchesPerMonth + MINUTES_PER_MONTH) * ASSUMED.logBytesPerReport;
    return reports + ageBytes + (invocationsPerMonth + MINUTES_PER_MONTH) * ASSUMED.logBytesPerInvocation;
  });
  const ofReceivers = receivers.map(
    ({ invocationsPerMonth }) => invocationsPerMonth * (ASSUMED.logBytesPerReport + ASSUMED.logBytesPerInvocation),
  );
  const gb = [...ofSources, ...ofReceivers].reduce((sum, bytes) => sum + bytes, 0) / GB;
  const topics = kinds.filter((kind) => kind === 'kafka').length;
  const metrics = ASSUMED.metrics + topics + receivers.length * ASSUMED.receiverMetrics;
  const alarms =
    ASSUMED.alarmMetrics[kinds[0] ?? 'kinesis'] +
    kinds.slice(1).reduce((sum, kind) => sum + ASSUMED.furtherAlarmMetrics[kind], 0) +
    receivers.length * ASSUMED.receiverAlarmMetrics;
  const fixed = metrics * perMetricMonth + alarms * perAlarmMetricMonth + ASSUMED.dashboards * perDashboardMonth;
  return [
    { service: 'CloudWatch', what: 'logs', quantity: gb, unit: 'GB', usd: gb * perGbOfLogs, shared: false },
    {
      service: 'CloudWatch',
      what: 'metrics, alarms, dashboard',
      quantity: metrics + alarms + ASSUMED.dashboards,
      unit: 'items',
      usd: fixed,
      shared: false,
    },
  ];
}
