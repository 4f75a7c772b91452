import { ASSUMED } from './assumptions.ts';
import { SECONDS_PER_MONTH } from './prices.ts';

/** Whose cluster a topic is on. */
export const KAFKA_KINDS = ['serverless', 'provisioned', 'express', 'self-managed'] as const;
export type KafkaKind = (typeof KAFKA_KINDS)[number];

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
  /** undefined: it reads a stream. */
  readonly kafka?: KafkaKind | undefined;
  /** Of several, in which case batches and clusters are theirs. @default one source */
  readonly sources?: readonly SourceLoad[];
  /** In a row; the windows of the input are those before the first one. @default none */
  readonly exchanges?: readonly ExchangeLoad[];
  /** What reads the source has windows although an exchange is behind it. @default false */
  readonly hasWindowsInPlace?: boolean;
  /** Larger bodies of the log are objects. @default ASSUMED.inlineLimitKiB */
  readonly inlineLimitKiB?: number | undefined;
  /** @default ASSUMED.flinkEventsPerKpu */
  readonly flinkEventsPerKpu?: number;
}

/** What comes from one of several sources. */
export interface SourceLoad extends Pick<CostInput, 'batchSize' | 'maxBatchingWindowMs' | 'kafka'> {
  readonly name: string;
  /** Of all records [0, 1]. */
  readonly share: number;
}

/** An exchange, and what is behind it up to the next. */
export interface ExchangeLoad {
  readonly name: string;
  readonly receivers: number;
  readonly paceMs: number;
  /** Different keys; each as frequent as any other. */
  readonly keys: number;
  /** undefined: what is behind it has no windows, and passes on as many rows as it takes. */
  readonly windowMs: number | undefined;
  readonly openAfterEndMs: number;
  /** Its senders combine the rows of a commit. */
  readonly isCombined: boolean;
  /** Rows per record of all sources; undefined: as many as the fragment before it is reckoned to give. */
  readonly rowsPerRecord: number | undefined;
}

/** What the items of a log hold of one body [bytes]. */
export function inlineLimitBytes({
  inlineLimitKiB = ASSUMED.inlineLimitKiB,
}: Pick<CostInput, 'inlineLimitKiB'>): number {
  return inlineLimitKiB * 1_024;
}

/** Of windows that a pipeline does not have. */
export const NO_WINDOW_MS = 3_600_000;

/** The load of each source by itself. */
export function loadsBySource(input: CostInput): ReadonlyArray<CostInput & { readonly name: string }> {
  const { sources = [], eventsPerSecond } = input;
  if (sources.length === 0) return [{ ...input, name: 'source' }];
  return sources.map(({ share, kafka, ...source }) => ({
    ...input,
    ...source,
    kafka,
    eventsPerSecond: Math.max(LEAST_RATE, eventsPerSecond * share),
  }));
}

/** Of a source that gets nothing [records/s]. */
const LEAST_RATE = 1e-9;

/** How the load looks from inside. Panes are keys in one window. */
export interface Traffic {
  /** Shards or partitions: each has a log. */
  readonly partitions: number;
  /** What calls the function, an invocation at a time each: the shards, or the pollers of a topic. */
  readonly readers: number;
  readonly recordsPerInvocation: number;
  readonly invocationsPerMonth: number;
  /** Of one partition, and so of one commit. */
  readonly recordsPerBatch: number;
  /** Of all partitions. */
  readonly batchesPerMonth: number;
  readonly touchedPanesPerBatch: number;
  readonly resultsPerMonth: number;
  readonly firingsPerMonth: number;
  /** Batches in which a window fires, with all of its keys in the partition. */
  readonly bursts: number;
  readonly firedPerBurst: number;
  /** Per partition, at any time. */
  readonly openPanes: number;
  readonly invocationMs: number;
  /** Invocations at work at the same time, on average. */
  readonly averageConcurrency: number;
}

/** The smallest number of readers that takes the records in, and gets through them with one invocation at a time. */
export function trafficOf(input: CostInput): Traffic {
  for (let readers = leastReaders(input); ; readers++) {
    const traffic = trafficOn(readers, input);
    if (traffic.averageConcurrency <= readers) return traffic;
  }
}

function leastReaders({ eventsPerSecond, eventBytes, kafka }: CostInput): number {
  const { shardRecordsPerSecond, shardBytesPerSecond, pollerBytesPerSecond } = ASSUMED;
  const bytesPerSecond = eventsPerSecond * eventBytes;
  if (kafka !== undefined) return Math.max(1, Math.ceil(bytesPerSecond / pollerBytesPerSecond));
  return Math.max(
    1,
    Math.ceil(eventsPerSecond / shardRecordsPerSecond),
    Math.ceil(bytesPerSecond / shardBytesPerSecond),
  );
}

/** A shard is read by itself; an invocation of a poller has records of all partitions that it polls, each of which is a commit. */
function trafficOn(readers: number, input: CostInput): Traffic {
  const partitions = input.kafka === undefined ? readers : Math.max(ASSUMED.topicPartitions, readers);
  const perSecond = input.eventsPerSecond / readers;
  const keys = input.keys / partitions;
  // A batch is begun by its first record and gathers what comes in the meantime.
  const gatherSeconds = Math.max(ASSUMED.pollSeconds, input.maxBatchingWindowMs / 1_000);
  const recordsPerInvocation = Math.min(largestBatch(input), 1 + perSecond * gatherSeconds);
  const invocations = (input.eventsPerSecond / recordsPerInvocation) * SECONDS_PER_MONTH;
  const commits = distinct(partitions / readers, recordsPerInvocation);
  const recordsPerBatch = recordsPerInvocation / commits;
  const batches = (invocations * commits) / partitions;
  const windows = SECONDS_PER_MONTH / (input.windowMs / 1_000);
  const panesPerWindow = distinct(keys, (input.eventsPerSecond * input.windowMs) / 1_000 / partitions);
  const bursts = Math.min(batches, windows);
  const resultsPerMonth = panesPerWindow * windows * partitions;
  const firedPerBurst = (panesPerWindow * windows) / bursts;
  const rounds = input.resultTable
    ? Math.ceil(firedPerBurst / ASSUMED.resultPutsPerRound) * (bursts / batches) * commits
    : 0;
  const invocationMs = ASSUMED.batchMs + recordsPerInvocation * ASSUMED.recordMs + rounds * ASSUMED.resultRoundMs;
  return {
    partitions,
    readers,
    recordsPerInvocation,
    invocationsPerMonth: invocations,
    recordsPerBatch,
    batchesPerMonth: batches * partitions,
    touchedPanesPerBatch: distinct(Math.max(1, keys), recordsPerBatch),
    resultsPerMonth,
    firingsPerMonth: resultsPerMonth * ASSUMED.firingsPerResult,
    bursts: bursts * partitions,
    firedPerBurst,
    openPanes: panesPerWindow * (1 + input.openAfterEndMs / input.windowMs),
    invocationMs,
    averageConcurrency: (invocations * invocationMs) / 1_000 / SECONDS_PER_MONTH,
  };
}

/** Records in an invocation's payload: data are base64 [bytes]. */
export function payloadBytes({ eventBytes }: Pick<CostInput, 'eventBytes'>): number {
  return Math.ceil((eventBytes * 4) / 3) + ASSUMED.envelopeBytes;
}

/** Bounded by the setting and by the payload. */
function largestBatch(input: CostInput): number {
  return Math.max(1, Math.min(input.batchSize, Math.floor(ASSUMED.payloadBytes / payloadBytes(input))));
}

/** How many different ones of `keys` are among `draws`, on average. */
export function distinct(keys: number, draws: number): number {
  return keys <= 1 ? Math.min(keys, draws) : keys * -Math.expm1(draws * Math.log1p(-1 / keys));
}
