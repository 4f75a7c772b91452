import { requireSetting } from '../errors.ts';
import { requireStreamName, requireTopicName } from './sources.ts';
import type { SinkSpec, StreamSinkSpec, TopicSinkSpec } from '../plan/sink.ts';

/** A DynamoDB table with one item per key and window: exactly once, as seen by a reader (PL-17). */
export function resultTable(): SinkSpec {
  return Object.freeze({ kind: 'resultTable' });
}

/** Files by event day, every firing: at least once, each row with a deterministic id (PL-17). */
export function lake(): SinkSpec {
  return Object.freeze({ kind: 'lake' });
}

/**
 * A Kinesis stream that gets every firing as JSON, by key: at least once, each with a deterministic id (PL-17).
 *
 * @example .to(stream({ stream: 'hourly-departures' }))
 * @throws INVALID_SETTING
 */
export function stream(settings: { readonly stream: string }): StreamSinkSpec {
  return Object.freeze({ kind: 'stream', stream: requireStreamName(settings.stream) });
}

export interface TopicSinkSettings {
  /** Topic name, 1 to 249 letters, digits, dots, hyphens and underscores. */
  readonly topic: string;
  /**
   * The record's key, and so what a compacted topic keeps the newest result of: the result's key; or key and window, where
   * a result that was taken back is a tombstone.
   *
   * @default 'key'
   */
  readonly latestPer?: 'key' | 'window';
}

/**
 * A Kafka topic that gets every firing as JSON: at least once, each with a deterministic id and its revision (PL-17).
 *
 * @example .to(topic({ topic: 'hourly-departures', latestPer: 'window' }))
 * @throws INVALID_SETTING
 */
export function topic({ topic, latestPer = 'key' }: TopicSinkSettings): TopicSinkSpec {
  requireSetting(
    'latestPer',
    latestPer,
    ['key', 'window'].includes(latestPer),
    "'key' or 'window'",
    'leave it out for the key',
  );
  return Object.freeze({ kind: 'topic', topic: requireTopicName(topic), latestPer });
}
