import { describe, expect, it } from '@jest/globals';
import { slotOf } from '../../engine/partition-log/ring.ts';
import { processBatch, type BatchReport } from '../../engine/process-batch.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { SHARD } from '../support/samples.ts';
import { reading } from './support/readings.ts';
import { StreamWorld } from './support/stream-world.ts';
import { World, type Instance } from './support/world.ts';

/** Readings of these offsets, both among them. */
const readings = (from: number, to: number, value = 1): SourceRecord[] =>
  Array.from({ length: to - from + 1 }, (_, i) => reading(from + i, 'a', from + i, value));

const REWRITTEN = { kind: 'internal', code: 'SOURCE_REWRITTEN' };

/** Offsets 0 to 9 are counted. */
async function countedTo9(): Promise<World> {
  const world = new World();
  await world.instance().process(...readings(0, 9));
  return world;
}

/** A function whose source says what it has at an offset. */
function asking(world: World, holds: readonly SourceRecord[]): Instance {
  const instance = world.instance();
  Object.assign(instance.processor.shards, {
    holds: (_: string, at: bigint) => holds.find(({ offset }) => offset === at),
  });
  return instance;
}

describe('a source that was cut back below what is counted, and has grown again', () => {
  it('halts its partition with the first batch that has another record where the log stands', async () => {
    const world = await countedTo9();
    await expect(world.instance().process(...readings(5, 11, 1_000))).rejects.toMatchObject({
      ...REWRITTEN,
      context: { source: 'departures', partition: SHARD.partition, reached: '9' },
    });
    expect(await world.head()).toMatchObject({ reached: 9n, counters: { recordsIn: 10 } });
  });

  it('halts it again and again, on a warm function and on others', async () => {
    const world = await countedTo9();
    const instance = world.instance();
    for (const one of [instance, instance, world.instance()]) {
      await expect(one.process(...readings(9, 11, 1_000))).rejects.toMatchObject(REWRITTEN);
    }
  });

  it('names the partition and the offset, and what to do', async () => {
    const world = await countedTo9();
    await expect(world.instance().process(...readings(5, 11, 1_000))).rejects.toThrow(
      'partition shardId-000000000000 of departures must have the record that was counted at offset 9, got another; its records above some offset were lost and others took their offsets (unclean leader election, restored disk), none of which is counted: restore the log table to a moment before that, and the input with it, or start over under a new pipeline name',
    );
  });

  it('halts it although the batch ends below where the log stands, when the source tells', async () => {
    const world = await countedTo9();
    const rewritten = readings(5, 11, 1_000);
    await expect(asking(world, rewritten).process(...rewritten.slice(0, 3))).rejects.toMatchObject(REWRITTEN);
  });

  it('halts it although the batch begins right behind where the log stands, when the source tells', async () => {
    const world = await countedTo9();
    const rewritten = readings(5, 11, 1_000);
    await expect(asking(world, rewritten).process(...rewritten.slice(5))).rejects.toMatchObject(REWRITTEN);
    expect((await world.head()).reached).toBe(9n);
  });

  it('moves no time: the tick reports it', async () => {
    const stream = new StreamWorld();
    stream.open('0');
    await stream.instance().take('0', stream.put('0', ['a', 0]));
    stream.catalog.holds = () => reading(1, 'a', 0, 1_000);
    const { failures, shardsMoved } = await stream.instance().report(1_000_000);
    expect({ failures, shardsMoved }).toEqual({
      failures: [expect.objectContaining({ code: 'SOURCE_REWRITTEN' })],
      shardsMoved: 0,
    });
  });

  it('is counted right from a log that was restored to a moment before', async () => {
    const backup = new World();
    await backup.instance().process(...readings(0, 4));
    const world = new World();
    for (const entry of await backup.entries())
      await world.logs.put(world.logId, slotOf(entry.version, 8), entry, undefined);
    const rewritten = [...readings(0, 4), ...readings(5, 11, 1_000)];
    expect(await asking(world, rewritten).process(...rewritten)).toMatchObject({ recordsReplayed: 5, recordsIn: 7 });
  });

  it('is counted from its beginning under a new pipeline name', async () => {
    const world = await countedTo9();
    const rewritten = [...readings(0, 4), ...readings(5, 11, 1_000)];
    const batch = { partition: { ...SHARD, pipeline: 'flights-2' }, records: rewritten };
    const report: BatchReport = await processBatch(asking(world, rewritten).processor, batch);
    expect(report).toMatchObject({ recordsReplayed: 0, recordsIn: 12 });
  });
});

describe('records that come again unchanged', () => {
  it('are replays, whatever their times and headers say by now', async () => {
    const world = await countedTo9();
    const again = readings(5, 11).map((one) => ({
      ...one,
      arrivalTimeMs: 5,
      headers: () => [{ name: 'try', text: '2' }],
    }));
    expect(await asking(world, again).process(...again)).toMatchObject({ recordsReplayed: 5, recordsIn: 2 });
  });

  it('are replays when the source has none of them any more: it may have removed the oldest', async () => {
    const world = await countedTo9();
    expect(await asking(world, []).process(...readings(5, 8))).toMatchObject({ recordsReplayed: 4, recordsIn: 0 });
  });

  it('are replays as the places of an aggregated record, if as many come', async () => {
    const places = [0, 1, 2].map((subSequence) => ({ ...reading(1, 'a', 5), subSequence }));
    const world = new World();
    await world.instance().process(...places);
    await expect(world.instance().process(...places.slice(0, 2))).rejects.toMatchObject(REWRITTEN);
    expect(await world.instance().process(...places, reading(2, 'a', 6))).toMatchObject({
      recordsReplayed: 3,
      recordsIn: 1,
    });
  });

  it('are replays for the log of a release that knew no digests', async () => {
    const world = new World();
    const instance = world.instance();
    await instance.use(async ({ state }) => void (state.reached = 9n));
    expect(await instance.process(...readings(5, 11, 1_000))).toMatchObject({ recordsReplayed: 5, recordsIn: 2 });
  });
});
