import { NO_WATERMARK } from './time/watermark.ts';

/** The metrics of a batch: emitted by the functions, drawn by the dashboard. Names of counts are those of BatchReport. */
export const BATCH_METRICS = Object.freeze({
  namespace: 'Tidemark',
  /** The only dimension of all of them: each further one is a metric to pay for per value. */
  dimension: 'pipeline',
  counts: Object.freeze([
    { name: 'recordsIn' },
    { name: 'recordsReplayed' },
    { name: 'counted' },
    { name: 'resultsOut' },
    { name: 'lateRecords' },
    { name: 'deadLetters' },
    { name: 'commits' },
    { name: 'writeUnits' },
    { name: 'openWindows' },
  ] as const),
  /** In milliseconds. Left out of a report while there is nothing to measure. */
  durations: Object.freeze([{ name: 'watermarkLagMs' }] as const),
});

/** The metrics of a tick, under the same dimension. Names of counts are those of TickReport. */
export const TICK_METRICS = Object.freeze({
  counts: Object.freeze([{ name: 'shards' }, { name: 'idleShards' }, { name: 'shardsMoved' }] as const),
  durations: Object.freeze([{ name: 'outboxAgeMs' }] as const),
  /** Reported only when there are some, and so paid only then. */
  troubles: Object.freeze([{ name: 'failedShards' }, { name: 'unreachedShards' }] as const),
});

/** Reported by batch and tick alike, only when there are some: records may have expired unread. */
export const POSSIBLE_LOSSES = 'possibleLosses';

/**
 * What an invocation with records of a topic reports besides, under the same dimension; of a further source under one of its own. No service says in time how far a
 * group is behind: Lambda's and MSK's `OffsetLag` count records, MSK's `EstimatedMaxTimeLag` is how long they would take.
 * `recordAgeMs` is worth its $0.30 a month, for retention is a time; Lambda's `IteratorAge` says it for Kinesis.
 */
export const TOPIC_METRICS = Object.freeze({
  /** Reported only when there are some, and so paid only then: what is handed back as a failed item is no error of the function. */
  counts: Object.freeze([{ name: 'failedPartitions' }] as const),
  durations: Object.freeze([{ name: 'recordAgeMs' }] as const),
});

/**
 * What stands in the way of the receivers of an exchange, under the dimension of their fragment; each reported only when
 * there is some, and so paid only then. A ring that was missed costs time alone: the tick calls again.
 */
export const EXCHANGE_METRICS = Object.freeze({
  troubles: Object.freeze([{ name: 'failedReceivers' }, { name: 'missedRings' }] as const),
});

/**
 * The dimension of the receivers' batches: records of the pipeline and rows of its exchange are not to be added up.
 *
 * @example 'flights/by-destination'
 */
export function receiversDimension(pipeline: string, exchange: string): string {
  return `${pipeline}/${exchange}`;
}

/** So long may the value of a dimension be; topics may have longer names. */
const MAX_DIMENSION = 255;

/**
 * The dimension of what is measured of one topic: two of a pipeline may be behind or fail apart from each other.
 *
 * @param source its name, where it is not the first source of its pipeline; else empty
 * @example 'turnover/refunds'
 */
export function sourceDimension(pipeline: string, source: string): string {
  return source === '' ? pipeline : `${pipeline}/${source}`.slice(0, MAX_DIMENSION);
}

/** Stages may share an account: each has a namespace of its own, so that dev never rings the alarm of prod. */
export function metricsNamespace(stage: string): string {
  return `${BATCH_METRICS.namespace}/${stage}`;
}

/** How far event time is behind the clock [ms]; undefined before any record. */
export function watermarkLagMs(watermarkMs: number, nowMs: number): number | undefined {
  return watermarkMs === NO_WATERMARK ? undefined : nowMs - watermarkMs;
}
