import { describe, expect, it } from '@jest/globals';
import { TidemarkError } from '../../engine/errors.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import type { ShardCatalog } from '../../engine/ports.ts';
import type { SourcePartition } from '../../engine/record.ts';
import { UNSEEN_HOLD_MS } from '../../engine/tick/idle-watermark.ts';
import { TickMemory } from '../../engine/tick/tick-memory.ts';
import { partitionOf, StreamWorld } from './support/stream-world.ts';

/** Everything has been quiet for longer than any hold. */
const LATE_MS = 1_000 + UNSEEN_HOLD_MS;

/** One reading in each shard, in the window [0, 10). */
async function worldOf(...shards: readonly string[]): Promise<StreamWorld> {
  const stream = new StreamWorld({ slots: 4 });
  const instance = stream.instance();
  for (const shard of shards) {
    stream.open(shard);
    await instance.take(shard, stream.put(shard, [shard, 5]));
  }
  return stream;
}

const throttled = (): TidemarkError => new TidemarkError('unavailable', 'STREAM_UNAVAILABLE', 'throttled');

/** The stream answers no question about `shard`. */
function silence(stream: StreamWorld, shard: string): void {
  const answer: ShardCatalog['remaining'] = stream.catalog.remaining.bind(stream.catalog);
  stream.catalog.remaining = async (partition: { readonly partition: string }, after: bigint) => {
    if (partition.partition === shard) throw throttled();
    return answer(partitionOf(partition.partition), after);
  };
}

describe('a tick', () => {
  it('leaves a partition alone that has not been quiet for the idle timeout', async () => {
    const stream = await worldOf('slow', 'fast');
    await stream.instance().take('fast', stream.put('fast', ['fast', 100]));
    stream.put('fast', ['fast', 101]);
    expect(await stream.instance().tick(1_001)).toBe(0);
    expect(await stream.instance().take('slow', stream.put('slow', ['slow', 7]))).toMatchObject({
      counted: 1,
      lateRecords: 0,
    });
  });

  it('moves a partition on at the very end of the idle timeout', async () => {
    const stream = await worldOf('a');
    const { idleTimeoutMs } = stream.world.settings.topology.eventTime;
    expect(await stream.instance().tick(1_000 + idleTimeoutMs - 1)).toBe(0);
    expect(await stream.instance().tick(1_000 + idleTimeoutMs)).toBe(1);
  });
});

describe('a tick on which one partition fails', () => {
  it('moves all others, then names the partition and its code', async () => {
    const stream = await worldOf('a', 'b', 'c');
    silence(stream, 'b');
    const report = await stream.instance().report(LATE_MS);
    expect(report).toMatchObject({
      shards: 3,
      idleShards: 2,
      shardsMoved: 2,
      failures: [{ partition: 'b', kind: 'unavailable', code: 'STREAM_UNAVAILABLE' }],
      unreached: [],
    });
    expect(stream.counts).toEqual({ 'a@0': 1, 'c@0': 1 });
    await expect(stream.instance().tick(LATE_MS)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'TICK_FAILED',
      message:
        'tick must move time on in all of 3 partitions, got 1 that failed: b (STREAM_UNAVAILABLE); the others have moved, see the log of the function for each cause',
    });
  });

  it('moves all others when a log is damaged, and says so as something that will not go away', async () => {
    const stream = await worldOf('a', 'b');
    for (let i = 0; i < 5; i++) await stream.instance().take('b', stream.put('b', ['b', 5]));
    const read = stream.world.logs.read.bind(stream.world.logs);
    stream.world.logs.read = async (logId, slots) =>
      (await read(logId, slots)).filter(({ version }) => logId !== logIdOf(partitionOf('b')) || version !== 5);
    await expect(stream.instance().tick(LATE_MS)).rejects.toMatchObject({
      kind: 'internal',
      code: 'TICK_FAILED',
      context: { failures: [{ partition: 'b', code: 'LOG_DAMAGED' }] },
    });
    expect(stream.counts).toEqual({ 'a@0': 1 });
  });

  it('moves all others when a sink refuses its results', async () => {
    const stream = await worldOf('a', 'b', 'c');
    const deliver = stream.world.sink.deliver.bind(stream.world.sink);
    stream.world.sink.deliver = async (delivery) => {
      if (delivery.partition.partition === 'b' && delivery.outbox.results.length > 0)
        throw new TidemarkError('internal', 'SINK_REFUSED', 'too large');
      return deliver(delivery);
    };
    await expect(stream.instance().tick(LATE_MS)).rejects.toMatchObject({
      context: { failures: [{ partition: 'b', code: 'SINK_REFUSED' }] },
    });
    expect(stream.counts).toEqual({ 'a@0': 1, 'c@0': 1 });
  });

  it('lets others follow its watermark, as far as its log tells it', async () => {
    const stream = await worldOf('a', 'b');
    await stream.instance().take('b', stream.put('b', ['b', 12]));
    silence(stream, 'b');
    await stream.instance().report(1_000_000);
    expect((await stream.head('a'))?.watermarkMs).toBe(12);
  });

  it('keeps others where they are while its watermark is unknown, for as long as they have been quiet for less than the hold', async () => {
    const stream = await worldOf('a', 'b');
    const read = stream.world.logs.read.bind(stream.world.logs);
    stream.world.logs.read = async (logId, slots) => {
      if (logId === logIdOf(partitionOf('b')))
        throw new TidemarkError('internal', 'LOG_CORRUPT', 'not an item of ours');
      return read(logId, slots);
    };
    expect(await stream.instance().report(LATE_MS - 1)).toMatchObject({
      shardsMoved: 0,
      failures: [{ partition: 'b', code: 'LOG_CORRUPT' }],
    });
    expect(await stream.instance().report(LATE_MS)).toMatchObject({ shardsMoved: 1 });
    expect(stream.counts).toEqual({ 'a@0': 1 });
  });

  it('names ten partitions and counts the rest', async () => {
    const shards = Array.from({ length: 12 }, (_, i) => `s${i}`);
    const stream = await worldOf(...shards);
    for (const shard of shards) silence(stream, shard);
    await expect(stream.instance().tick(LATE_MS)).rejects.toThrow(
      /got 12 that failed: s0 .*, s9 \(STREAM_UNAVAILABLE\) and 2 more;/,
    );
  });
});

describe('a tick over many partitions', () => {
  it('looks at several at the same time, never more than 16', async () => {
    const stream = await worldOf(...Array.from({ length: 40 }, (_, i) => `s${i}`));
    let now = 0;
    let most = 0;
    stream.catalog.remaining = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return 'none yet';
    };
    expect(await stream.instance().tick(LATE_MS)).toBe(40);
    expect(most).toBe(16);
  });

  it('begins none when its time is over, says which, and takes those first the next time', async () => {
    const shards = Array.from({ length: 40 }, (_, i) => `s${i}`);
    const stream = await worldOf(...shards);
    const asked: string[] = [];
    stream.catalog.remaining = async ({ partition }) => {
      asked.push(partition);
      if (asked.length % 20 === 0) await stream.world.clock.sleep(600);
      return 'none yet';
    };
    const memory = new TickMemory();
    const instance = stream.instance();
    const first = await instance.report(LATE_MS, { withinMs: 1_000, memory });
    expect(first.unreached.length).toBeGreaterThan(0);
    expect(first.shardsMoved + first.unreached.length).toBe(40);
    expect(first.failures).toEqual([]);
    const isMissed = new Set(first.unreached);
    asked.length = 0;
    await instance.report(LATE_MS, { withinMs: 1_000, memory });
    // Side by side, so in any order within the first ones.
    expect(asked.slice(0, isMissed.size + 16).filter((shard) => isMissed.has(shard))).toHaveLength(isMissed.size);
    expect(Object.keys(stream.counts)).toHaveLength(40);
  });

  it('holds idle partitions back for one that it did not reach, by the watermark that it saw last', async () => {
    const stream = await worldOf('a', 'b');
    await stream.instance().take('b', stream.put('b', ['b', 12]));
    stream.put('b', ['b', 13]);
    const memory = new TickMemory();
    memory.noteUnreached(['a']);
    memory.noteWatermark(partitionOf('b'), 11);
    // The start, the look at a, and no time for b; enough to move a.
    const times = [0, 0];
    stream.world.clock.nowMs = () => times.shift() ?? 700;
    expect(await stream.instance().report(1_000_000, { memory, withinMs: 1_000 })).toMatchObject({
      shards: 2,
      shardsMoved: 1,
      unreached: ['b'],
    });
    expect((await stream.head('a'))?.watermarkMs).toBe(11);
  });

  it.each<[string, Partial<SourcePartition>]>([
    ['a stream that was deleted and made again', { incarnation: '2' }],
    ['a source of another name', { source: 'arrivals' }],
  ])(
    'takes no watermark of a partition of the same name for that of the one that it did not see: %s',
    async (_, other) => {
      const stream = await worldOf('a', 'b');
      await stream.instance().take('b', stream.put('b', ['b', 12]));
      stream.put('b', ['b', 13]);
      const memory = new TickMemory();
      memory.noteUnreached(['a']);
      memory.noteWatermark({ ...partitionOf('b'), ...other }, 100);
      const times = [0, 0];
      stream.world.clock.nowMs = () => times.shift() ?? 700;
      const before = (await stream.head('a'))?.watermarkMs;
      await stream.instance().report(1_000_000, { memory, withinMs: 1_000 });
      expect((await stream.head('a'))?.watermarkMs).toBe(before);
    },
  );
});

describe('a tick after a split', () => {
  it('brings out what a shard inherits that never gets a record of its own', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 0], ['b', 0]));
    stream.split('parent', 'low', 'high');
    await stream.instance().take('low', stream.put('low', ['a', 1]));
    await stream.instance().tick(10_000_000);
    expect(stream.counts).toEqual({ 'a@0': 2, 'b@0': 1 });
  });

  it('leaves a shard alone whose parent has records left: the parent holds time', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 0], ['b', 0]));
    stream.put('parent', ['b', 1]);
    stream.split('parent', 'low', 'high');
    expect(await stream.instance().tick(10_000_000)).toBe(0);
    expect(await stream.head('high')).toBeUndefined();
    expect(stream.counts).toEqual({});
  });
});
