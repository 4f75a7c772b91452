/** When a batch is ready, as an event source mapping is configured. */
export interface BatchLimits {
  /** Records per invocation at most [1, 10000]. */
  readonly batchSize: number;
  /** How long records may wait for others [0, 300000]. */
  readonly maxBatchingWindowMs: number;
  /** Bytes of the event at most, base64 and envelope included. */
  readonly maxPayloadBytes: number;
}

/** Lambda's limit for the payload of an invocation. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/**
 * How many of the buffered records make the next batch; 0: wait for more.
 *
 * A batch ends with the first of: `batchSize` records, the record that would not fit into the payload, the batching
 * window.
 *
 * @param sizes bytes of each buffered record inside the event, in order
 * @param waitedMs how long the oldest of them has been waiting
 */
export function batchLength(sizes: readonly number[], waitedMs: number, limits: BatchLimits): number {
  let bytes = 0;
  let length = 0;
  while (length < sizes.length && length < limits.batchSize) {
    bytes += sizes[length] ?? 0;
    if (bytes > limits.maxPayloadBytes && length > 0) return length;
    length += 1;
  }
  const full = length === limits.batchSize || bytes >= limits.maxPayloadBytes;
  return full || waitedMs >= limits.maxBatchingWindowMs ? length : 0;
}
