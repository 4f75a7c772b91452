import { describe, expect, it } from '@jest/globals';
import { TidemarkError } from '../../engine/errors.ts';
import { kinesis, pipeline, resultTable } from '../../engine/index.ts';
import { processTick } from '../../engine/process-tick.ts';
import type { TickReport } from '../../engine/tick/tick-report.ts';
import { SHARD } from '../support/samples.ts';
import { READING } from './support/readings.ts';
import { StreamWorld } from './support/stream-world.ts';

/** Readings arrive at 1,000; from then on the idle timeout of a minute runs. */
const QUIET_MS = 61_000;

async function streamOf(...shards: string[]): Promise<StreamWorld> {
  const stream = new StreamWorld();
  for (const shard of shards) stream.open(shard);
  return stream;
}

const tick = (stream: StreamWorld, nowMs: number): Promise<TickReport> =>
  processTick(stream.instance().inner.processor, SHARD, nowMs);
const watermarkOf = async (stream: StreamWorld, shard: string) => (await stream.head(shard))?.watermarkMs;

/** Before each answer about what a shard has left, another invocation does this. */
function beforeRemaining(stream: StreamWorld, work: (shard: string) => Promise<unknown>): void {
  const remaining = stream.catalog.remaining.bind(stream.catalog);
  stream.catalog.remaining = async (partition, after) => {
    const answer = await remaining(partition, after);
    await work(partition.partition);
    return answer;
  };
}

describe('a drained partition is active until its idle timeout is over (PL-21)', () => {
  it('does not follow a faster one one millisecond before', async () => {
    const stream = await streamOf('slow', 'fast');
    await stream.instance().take('slow', stream.put('slow', ['a', 5]));
    await stream.instance().take('fast', stream.put('fast', ['b', 100]));
    stream.put('fast', ['b', 101]);
    expect(await tick(stream, QUIET_MS - 1)).toMatchObject({ shards: 2, idleShards: 0, shardsMoved: 0 });
    expect(await stream.instance().take('slow', stream.put('slow', ['a', 7]))).toMatchObject({
      counted: 1,
      lateRecords: 0,
    });
  });

  it('follows it from then on', async () => {
    const stream = await streamOf('slow', 'fast');
    await stream.instance().take('slow', stream.put('slow', ['a', 5]));
    await stream.instance().take('fast', stream.put('fast', ['b', 100]));
    stream.put('fast', ['b', 101]);
    expect(await tick(stream, QUIET_MS)).toMatchObject({ idleShards: 1, shardsMoved: 1 });
    expect(await watermarkOf(stream, 'slow')).toBe(100);
    expect(stream.counts).toEqual({ 'a@0': 1 });
  });

  it('moves processing time on all the same', async () => {
    const topology = pipeline('readings')
      .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyBy('key')
      .process({
        results: { n: 'integer' },
        onRecord: (_, { processingTimeMs, setProcessingTimer }) => setProcessingTimer(processingTimeMs + 1),
        onTimer: (_, { emit }) => emit({ n: 1 }),
      })
      .to(resultTable()).topology;
    const stream = new StreamWorld({ topology });
    stream.open('one');
    await stream.instance().take('one', stream.put('one', ['a', 5]));
    expect(await tick(stream, 1_001)).toMatchObject({ idleShards: 0, shardsMoved: 1 });
    expect(await stream.head('one')).toMatchObject({ watermarkMs: 5, processingTimeMs: 1_001 });
  });
});

describe('which partitions hold time for the others (PL-21)', () => {
  it('one with records that were never read, and no log yet', async () => {
    const stream = await streamOf('idle', 'new');
    await stream.instance().take('idle', stream.put('idle', ['a', 5]));
    stream.put('new', ['b', 0]);
    expect(await tick(stream, 10_000_000)).toMatchObject({ shards: 2, idleShards: 1, shardsMoved: 0 });
    expect(await watermarkOf(stream, 'idle')).toBe(5);
  });

  it('not one that was never written to', async () => {
    const stream = await streamOf('idle', 'empty');
    await stream.instance().take('idle', stream.put('idle', ['a', 5]));
    expect(await tick(stream, 10_000_000)).toMatchObject({ shards: 1, idleShards: 1, shardsMoved: 1 });
    expect(await watermarkOf(stream, 'idle')).toBe(10_000_000 - 60_000);
  });

  it('not one that is sealed: its children do', async () => {
    const stream = await streamOf('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 5], ['b', 5]));
    stream.split('parent', 'low', 'high');
    await stream.instance().take('low', stream.put('low', ['a', 100]));
    stream.put('low', ['a', 101]);
    await stream.instance().take('high', stream.put('high', ['b', 6]));
    expect(await tick(stream, QUIET_MS)).toMatchObject({ shards: 2, idleShards: 1, shardsMoved: 1 });
    expect(await watermarkOf(stream, 'high')).toBe(100);
  });
});

describe('a child that waits for its parent', () => {
  it('does not hold time, though it has records: its parent does', async () => {
    const stream = await streamOf('parent', 'idle');
    await stream.instance().take('parent', stream.put('parent', ['a', 100]));
    stream.put('parent', ['a', 101]);
    await stream.instance().take('idle', stream.put('idle', ['b', 5]));
    stream.split('parent', 'low', 'high');
    stream.put('low', ['a', 102]);
    expect(await tick(stream, 10_000_000)).toMatchObject({ shards: 2, idleShards: 1, shardsMoved: 1 });
    expect(await watermarkOf(stream, 'idle')).toBe(100);
  });
});

describe('a tick that knows less than it must moves nothing (PL-19, PL-20)', () => {
  it('when the stream does not say of one partition whether it is drained', async () => {
    const stream = await streamOf('one', 'throttled');
    await stream.instance().take('one', stream.put('one', ['a', 5]));
    await stream.instance().take('throttled', stream.put('throttled', ['b', 5]));
    beforeRemaining(stream, async (shard) => {
      if (shard === 'throttled')
        throw new TidemarkError('unavailable', 'STREAM_UNAVAILABLE', 'stream must answer, got a throttling; wait');
    });
    expect(await tick(stream, QUIET_MS)).toMatchObject({
      shards: 2,
      shardsMoved: 0,
      failures: [{ partition: 'throttled', code: 'STREAM_UNAVAILABLE' }],
    });
    expect([await watermarkOf(stream, 'one'), await watermarkOf(stream, 'throttled')]).toEqual([5, 5]);
  });

  it('when another function took a record since the partition was drained', async () => {
    const stream = await streamOf('one');
    await stream.instance().take('one', stream.put('one', ['a', 5]));
    const other = stream.instance();
    beforeRemaining(stream, async () => {
      await other.take('one', stream.put('one', ['a', 6]));
    });
    expect(await tick(stream, 10_000_000)).toMatchObject({ shardsMoved: 0 });
    expect(await watermarkOf(stream, 'one')).toBe(6);
  });

  it('when another function commits in the middle of its own commit, which is no error', async () => {
    const stream = await streamOf('one');
    await stream.instance().take('one', stream.put('one', ['a', 5]));
    stream.world.logs.beforePut = () => stream.instance().take('one', stream.put('one', ['a', 6]));
    expect(await tick(stream, 10_000_000)).toMatchObject({ shards: 1, shardsMoved: 0, failures: [] });
    expect(await watermarkOf(stream, 'one')).toBe(6);
  });

  it('when another function begins the log of a child that it was about to begin', async () => {
    const stream = await streamOf('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 5]));
    stream.split('parent', 'low', 'high');
    stream.world.logs.beforePut = () => stream.instance().take('low', stream.put('low', ['a', 6]));
    expect(await tick(stream, QUIET_MS)).toMatchObject({ shardsMoved: 0, failures: [] });
    expect(await watermarkOf(stream, 'low')).toBe(6);
  });

  it('when nothing is due: then there is nothing to commit', async () => {
    const stream = await streamOf('one');
    await stream.instance().take('one', stream.put('one', ['a', 5]));
    expect(await tick(stream, 60_009)).toMatchObject({ shards: 1, shardsMoved: 0 });
    expect(await stream.head('one')).toMatchObject({ version: 1 });
  });
});

describe('what goes wrong in a tick is heard', () => {
  it('when the log cannot be written', async () => {
    const stream = await streamOf('one');
    await stream.instance().take('one', stream.put('one', ['a', 5]));
    stream.world.logs.script = Array.from({ length: 5 }, () => 'lost request' as const);
    expect(await tick(stream, 10_000_000)).toMatchObject({
      shardsMoved: 0,
      failures: [{ partition: 'one', code: 'COMMIT_UNKNOWN' }],
    });
  });

  it('when a parent cannot be asked', async () => {
    const stream = await streamOf('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 5]));
    stream.split('parent', 'low', 'high');
    let asked = 0;
    beforeRemaining(stream, async () => {
      // Of the parent itself first, then on a child's behalf.
      if (++asked === 2)
        throw new TidemarkError('unavailable', 'STREAM_UNAVAILABLE', 'stream must answer, got a throttling; wait');
    });
    expect(await tick(stream, QUIET_MS)).toMatchObject({ shardsMoved: 0, failures: [{ code: 'STREAM_UNAVAILABLE' }] });
  });
});

describe('a tick and what waits for delivery (PL-16)', () => {
  it('brings out what a batch left, even where no window is due', async () => {
    const stream = await streamOf('one');
    stream.world.sink.isDown = true;
    await expect(stream.instance().take('one', stream.put('one', ['a', 5], ['a', 15]))).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
    });
    stream.world.sink.isDown = false;
    expect(await tick(stream, 1_001)).toMatchObject({ shardsMoved: 0, undeliveredSinceMs: undefined });
    expect(stream.counts).toEqual({ 'a@0': 1 });
  });

  it('brings out what its own commit decided before it returns', async () => {
    const stream = await streamOf('one');
    await stream.instance().take('one', stream.put('one', ['a', 5]));
    expect(await tick(stream, 10_000_000)).toMatchObject({ shardsMoved: 1 });
    expect(stream.counts).toEqual({ 'a@0': 1 });
  });

  it('says since when the oldest waits, of several shards with records left', async () => {
    const stream = await streamOf('one', 'other');
    stream.world.sink.isDown = true;
    const older = stream.put('one', ['a', 5], ['a', 15]);
    const newer = stream.put('other', ['b', 5], ['b', 15]).map((record) => ({ ...record, arrivalTimeMs: 2_000 }));
    await expect(stream.instance().take('one', older)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    await expect(stream.instance().take('other', newer)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    stream.put('one', ['a', 16]);
    stream.put('other', ['b', 16]);
    expect(await tick(stream, 3_000)).toMatchObject({ undeliveredSinceMs: 1_000 });
  });
});
