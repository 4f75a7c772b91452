import { describe, expect, it } from '@jest/globals';
import { distinct, trafficOf } from '../../../operate/cost/traffic.ts';
import { costInput } from '../support/cost-input.ts';

describe('shards', () => {
  it.each([
    // events/s, bytes, shards: 1,000 records/s or 1,000,000 bytes/s each
    [0.1, 200, 1],
    [1_000, 200, 1],
    [1_001, 200, 2],
    [50_000, 200, 50],
    [100, 10_000, 1],
    [100, 10_001, 2],
    [100, 50_000, 5],
  ])('%d events/s of %d bytes take %d', (eventsPerSecond, eventBytes, shards) => {
    expect(trafficOf(costInput({ eventsPerSecond, eventBytes })).partitions).toBe(shards);
  });

  it('are more when one batch at a time is too slow', () => {
    // 15.02 ms a record: one shard gets through 66.6 a second, 1,000 records take 16 shards
    expect(trafficOf(costInput({ batchSize: 1 })).partitions).toBe(16);
  });
});

describe('batches', () => {
  it.each([
    // events/s, window ms, records: the first one, and what comes while it waits
    [1_000, 1_000, 1_000],
    [500, 1_000, 501],
    [0.1, 1_000, 1.1],
    [0.1, 60_000, 7],
    [500, 0, 501],
  ])(
    'at %d events/s and a batching window of %d ms have %d records',
    (eventsPerSecond, maxBatchingWindowMs, records) => {
      expect(trafficOf(costInput({ eventsPerSecond, maxBatchingWindowMs })).recordsPerBatch).toBeCloseTo(records, 9);
    },
  );

  it('are bounded by the payload, in which records are base64', () => {
    // 50,000 bytes are 66,667 in base64, and 400 around them: 93 of them are below 6 MiB
    expect(
      trafficOf(costInput({ eventsPerSecond: 20, eventBytes: 50_000, maxBatchingWindowMs: 60_000 })).recordsPerBatch,
    ).toBe(93);
  });

  it('come as often as the records fill them', () => {
    // 730 hours of one a second
    expect(trafficOf(costInput()).batchesPerMonth).toBe(2_628_000);
    expect(trafficOf(costInput({ eventsPerSecond: 2_000 })).batchesPerMonth).toBe(5_256_000);
  });

  it('take a fixed time, some for each record, and some for the results that fire now and then', () => {
    // 15 + 1,000 × 0.02 + 8 × 32 rounds in 730 of 2,628,000 batches
    expect(trafficOf(costInput()).invocationMs).toBeCloseTo(35.0711, 4);
    expect(trafficOf(costInput({ resultTable: false })).invocationMs).toBe(35);
  });
});

describe('results', () => {
  it.each([
    // events/s, keys, windows of an hour: 730 a month
    [1_000, 1_000, 730_000],
    [1_000, 10, 7_300],
    [50_000, 100_000, 73_000_000],
  ])('at %d events/s, %d keys that occur in every window make %d', (eventsPerSecond, keys, results) => {
    expect(trafficOf(costInput({ eventsPerSecond, keys })).resultsPerMonth).toBeCloseTo(results, 1);
  });

  it('are at most one per event: rare keys are not in every window', () => {
    // 360 events in an hour hit 359.94 of a million keys
    expect(trafficOf(costInput({ eventsPerSecond: 0.1, keys: 1_000_000 })).resultsPerMonth / 730).toBeCloseTo(
      359.935,
      2,
    );
  });

  it('do not grow with shards that have no key', () => {
    expect(trafficOf(costInput({ eventsPerSecond: 10_000, keys: 2 })).resultsPerMonth).toBeCloseTo(1_460, 6);
  });

  it('fire with all keys of a shard in one batch', () => {
    expect(trafficOf(costInput({ eventsPerSecond: 50_000, keys: 100_000 }))).toMatchObject({
      bursts: 36_500,
      firedPerBurst: expect.closeTo(2_000, 6),
    });
  });
});

describe('distinct', () => {
  it.each([
    [1_000, 1_000, 632.305],
    [10, 1, 1],
    [1, 5, 1],
    [2, 2, 1.5],
    [10, 100_000, 10],
  ])('of %d keys, %d draws find %d', (keys, draws, found) => {
    expect(distinct(keys, draws)).toBeCloseTo(found, 3);
  });
});
