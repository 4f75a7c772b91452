import type { CostInput } from '../../../operate/cost/traffic.ts';

/** One full shard: 1,000 events of 200 bytes a second with 1,000 keys, in batches of 1,000, in windows of an hour. */
export function costInput(changes: Partial<CostInput> = {}): CostInput {
  return {
    eventsPerSecond: 1_000,
    keys: 1_000,
    eventBytes: 200,
    batchSize: 1_000,
    maxBatchingWindowMs: 1_000,
    windowMs: 3_600_000,
    openAfterEndMs: 0,
    resultTable: true,
    lake: true,
    ...changes,
  };
}
