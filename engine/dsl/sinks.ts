import { requireStreamName } from './sources.ts';
import type { SinkSpec, StreamSinkSpec } from './topology.ts';

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
