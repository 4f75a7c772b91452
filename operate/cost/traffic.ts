import { ASSUMED } from './assumptions.ts';
import { SECONDS_PER_MONTH } from './prices.ts';

/** The load that is asked about, and what the pipeline's definition says. */
export interface CostInput {
  /** On average, above 0. */
  readonly eventsPerSecond: number;
  /** Different keys, from 1; each as frequent as any other. */
  readonly keys: number;
  /** Data and partition key of a record [1, 1048576]. */
  readonly eventBytes: number;
  readonly batchSize: number;
  readonly maxBatchingWindowMs: number;
  readonly windowMs: number;
  /** How long a window stays open after its end. */
  readonly openAfterEndMs: number;
  readonly resultTable: boolean;
  readonly lake: boolean;
  /** @default ASSUMED.flinkEventsPerKpu */
  readonly flinkEventsPerKpu?: number;
}

/** How the load looks from inside. Panes are keys in one window. */
export interface Traffic {
  readonly shards: number;
  readonly eventsPerShardSecond: number;
  readonly recordsPerBatch: number;
  /** Of all shards. */
  readonly batchesPerMonth: number;
  readonly touchedPanesPerBatch: number;
  readonly resultsPerMonth: number;
  readonly firingsPerMonth: number;
  /** Batches in which a window fires, with all of its keys on the shard. */
  readonly bursts: number;
  readonly firedPerBurst: number;
  /** Per shard, at any time. */
  readonly openPanes: number;
  readonly batchMs: number;
  /** Invocations at work at the same time, on average. */
  readonly averageConcurrency: number;
}

/** The smallest number of shards that takes the records in, and gets through them with one batch at a time. */
export function trafficOf(input: CostInput): Traffic {
  const { eventsPerSecond, eventBytes } = input;
  const { shardRecordsPerSecond, shardBytesPerSecond } = ASSUMED;
  for (let shards = Math.max(1, Math.ceil(eventsPerSecond / shardRecordsPerSecond), Math.ceil((eventsPerSecond * eventBytes) / shardBytesPerSecond)); ; shards++) {
    const traffic = trafficOn(shards, input);
    if (traffic.averageConcurrency <= shards) return traffic;
  }
}

function trafficOn(shards: number, input: CostInput): Traffic {
  const perSecond = input.eventsPerSecond / shards;
  const keys = input.keys / shards;
  // A batch is begun by its first record and gathers what comes in the meantime.
  const gatherSeconds = Math.max(ASSUMED.pollSeconds, input.maxBatchingWindowMs / 1_000);
  const recordsPerBatch = Math.min(largestBatch(input), 1 + perSecond * gatherSeconds);
  const batches = (perSecond / recordsPerBatch) * SECONDS_PER_MONTH;
  const windows = SECONDS_PER_MONTH / (input.windowMs / 1_000);
  const panesPerWindow = distinct(keys, (perSecond * input.windowMs) / 1_000);
  const bursts = Math.min(batches, windows);
  const resultsPerMonth = panesPerWindow * windows * shards;
  const firedPerBurst = (panesPerWindow * windows) / bursts;
  const rounds = input.resultTable ? Math.ceil(firedPerBurst / ASSUMED.resultPutsPerRound) * (bursts / batches) : 0;
  const batchMs = ASSUMED.batchMs + recordsPerBatch * ASSUMED.recordMs + rounds * ASSUMED.resultRoundMs;
  return {
    shards,
    eventsPerShardSecond: perSecond,
    recordsPerBatch,
    batchesPerMonth: batches * shards,
    touchedPanesPerBatch: distinct(Math.max(1, keys), recordsPerBatch),
    resultsPerMonth,
    firingsPerMonth: resultsPerMonth * ASSUMED.firingsPerResult,
    bursts: bursts * shards,
    firedPerBurst,
    openPanes: panesPerWindow * (1 + input.openAfterEndMs / input.windowMs),
    batchMs,
    averageConcurrency: (shards * batches * batchMs) / 1_000 / SECONDS_PER_MONTH,
  };
}

/** Bounded by the setting and by the payload, in which data are base64. */
function largestBatch({ batchSize, eventBytes }: CostInput): number {
  const recordBytes = Math.ceil((eventBytes * 4) / 3) + ASSUMED.envelopeBytes;
  return Math.max(1, Math.min(batchSize, Math.floor(ASSUMED.payloadBytes / recordBytes)));
}

/** How many different ones of `keys` are among `draws`, on average. */
export function distinct(keys: number, draws: number): number {
  return keys <= 1 ? Math.min(keys, draws) : keys * -Math.expm1(draws * Math.log1p(-1 / keys));
}
