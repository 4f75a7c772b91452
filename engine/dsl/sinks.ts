import type { SinkSpec } from './topology.ts';

/** A DynamoDB table with one item per key and window: exactly once, as seen by a reader (PL-17). */
export function resultTable(): SinkSpec {
  return Object.freeze({ kind: 'resultTable' });
}

/** Gzip NDJSON files by event time, one line per firing: at least once, each line with a deterministic id (PL-17). */
export function lake(): SinkSpec {
  return Object.freeze({ kind: 'lake' });
}
