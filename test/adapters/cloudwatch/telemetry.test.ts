import { describe, expect, it } from '@jest/globals';
import { NO_WATERMARK } from '../../../engine/time/watermark.ts';
import { emitted, emittedOfTopic, emittedTick } from '../../support/emitted.ts';

describe('emitBatchReport', () => {
  it('has the pipeline as its only dimension: whoever asks for the metric by another set finds nothing', () => {
    const [metrics] = emitted()._aws.CloudWatchMetrics;
    expect(metrics?.Dimensions).toEqual([['pipeline']]);
    expect(emitted()).toMatchObject({ pipeline: 'orders' });
    expect(emitted()).not.toHaveProperty('service');
  });

  it('keeps stages of one account apart by namespace', () => {
    expect(emitted({ stage: 'prod' })._aws.CloudWatchMetrics[0]?.Namespace).toBe('Tidemark/prod');
  });

  it('says every count, zeros too, so that a sum over time is never of missing data', () => {
    expect(emitted()).toMatchObject({
      recordsIn: 10,
      recordsReplayed: 2,
      resultsOut: 3,
      lateRecords: 1,
      deadLetters: 0,
      commits: 1,
      writeUnits: 7,
      openWindows: 4,
    });
  });

  it('says how far the watermark is behind the clock [ms]', () => {
    const line = emitted({ nowMs: 90_000 }, { watermarkMs: 60_000 });
    expect(line).toMatchObject({ watermarkLagMs: 30_000 });
    expect(line._aws.CloudWatchMetrics[0]?.Metrics).toContainEqual({ Name: 'watermarkLagMs', Unit: 'Milliseconds' });
  });

  it('says nothing of a lag before the first record', () => {
    expect(emitted({}, { watermarkMs: NO_WATERMARK })).not.toHaveProperty('watermarkLagMs');
  });

  it('has shard and watermark as properties, which cost nothing', () => {
    expect(emitted()).toMatchObject({ partition: 'shardId-000000000000', watermarkMs: '60000' });
  });
});

describe('emitTickReport', () => {
  it('says how many shards there are, how many are idle and how many moved on', () => {
    expect(emittedTick({ shards: 4, idleShards: 3, shardsMoved: 2 })).toMatchObject({
      pipeline: 'orders',
      shards: 4,
      idleShards: 3,
      shardsMoved: 2,
    });
  });

  it('says since when results wait: not at all when all are delivered', () => {
    expect(emittedTick({ undeliveredSinceMs: 30_000 }, { nowMs: 90_000 })).toMatchObject({ outboxAgeMs: 60_000 });
    expect(emittedTick({ undeliveredSinceMs: undefined })).toMatchObject({ outboxAgeMs: 0 });
    expect(emittedTick({ undeliveredSinceMs: 90_001 }, { nowMs: 90_000 })).toMatchObject({ outboxAgeMs: 0 });
  });
});

describe('what is emitted of a topic', () => {
  it('is how old the oldest record is, and how many partitions failed, by pipeline alone', () => {
    const [age, failed] = emittedOfTopic(60_000, { nowMs: 90_000 });
    expect(age).toMatchObject({ pipeline: 'orders', recordAgeMs: 30_000 });
    expect(failed).toMatchObject({ pipeline: 'orders', failedPartitions: 1 });
    for (const line of [age, failed])
      expect(line?._aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'Tidemark/dev', Dimensions: [['pipeline']] });
  });

  it('has no record from the future', () => {
    expect(emittedOfTopic(90_001, { nowMs: 90_000 })[0]).toMatchObject({ recordAgeMs: 0 });
  });
});
