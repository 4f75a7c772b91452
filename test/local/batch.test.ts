import { describe, expect, it } from '@jest/globals';
import { batchLength } from '../../local/event-source/batch.ts';

const limits = { batchSize: 3, maxBatchingWindowMs: 100, maxPayloadBytes: 10 };

describe('a batch', () => {
  it.each([
    ['waits while there is nothing', [], 1_000, 0],
    ['waits for more inside the window', [1, 1], 99, 0],
    ['ends with the window', [1, 1], 100, 2],
    ['ends at the batch size', [1, 1, 1], 0, 3],
    ['leaves what is beyond the batch size', [1, 1, 1, 1], 0, 3],
    ['ends before the record that does not fit', [6, 5], 0, 1],
    ['ends when the payload is exactly full', [6, 4], 0, 2],
    ['takes a single record whatever its size', [11], 0, 1],
  ])('%s', (_, sizes, waitedMs, expected) => {
    expect(batchLength(sizes, waitedMs, limits)).toBe(expected);
  });

  it('does not wait at all without a window', () => {
    expect(batchLength([1], 0, { ...limits, maxBatchingWindowMs: 0 })).toBe(1);
  });
});
