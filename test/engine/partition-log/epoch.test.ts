import { describe, expect, it } from '@jest/globals';
import { fromLogItem, toLogItem } from '../../../adapters/dynamodb/log-item.ts';
import { ByteReader, ByteWriter } from '../../../engine/codec/bytes.ts';
import { compress, decompress } from '../../../engine/codec/compression.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { processBatch } from '../../../engine/process-batch.ts';
import { sampleEntry, SHARD } from '../../support/samples.ts';
import { reading, topologyOf } from '../support/readings.ts';
import { decodeSnapshot, Partition } from '../support/state.ts';
import { StreamWorld } from '../support/stream-world.ts';
import { World, type Instance } from '../support/world.ts';

/** A world whose clock is at 100 ms. */
async function worldAt100(): Promise<World> {
  const world = new World();
  await world.clock.sleep(100);
  return world;
}

const epochs = async (world: World): Promise<number[]> => (await world.entries()).map(({ epochMs }) => epochMs);

/** Sets a log's head back to what a release wrote that knew no epochs. */
const forgetEpoch = (instance: Instance): Promise<void> => instance.use(async ({ state }) => void (state.epochMs = 0));

describe('the epoch of a log (PL-11)', () => {
  it('is the time at which its first version was decided, and stays', async () => {
    const world = await worldAt100();
    await world.instance().process(reading(1, 'a', 0));
    await world.clock.sleep(50);
    await world.instance().process(reading(2, 'a', 1));
    expect(await epochs(world)).toEqual([100, 100]);
  });

  it('is never before the creation of its stream, whatever the clock says', async () => {
    const world = await worldAt100();
    const partition = { ...SHARD, incarnation: '1700000000000' };
    await processBatch(world.instance().processor, { partition, records: [reading(1, 'a', 0)] });
    const [entry] = await world.logs.read(logIdOf(partition), [1]);
    expect(entry?.epochMs).toBe(1_700_000_000_000);
  });

  it('is taken when the log begins, not when an instance first looked for it', async () => {
    const world = await worldAt100();
    const instance = world.instance();
    expect(await instance.use(async ({ version }) => version)).toBe(0);
    await world.clock.sleep(50);
    await instance.process(reading(1, 'a', 0));
    expect(await epochs(world)).toEqual([150]);
  });

  it('is that of whichever instance commits the first version', async () => {
    const world = await worldAt100();
    const slow = world.instance();
    world.logs.beforePut = async () => {
      await world.clock.sleep(50);
      await world.instance().process(reading(1, 'a', 0));
    };
    await slow.process(reading(1, 'a', 0), reading(2, 'a', 1));
    expect(await epochs(world)).toEqual([150, 150]);
  });

  it('goes through snapshots', async () => {
    const world = await worldAt100();
    for (let offset = 1; offset <= 30; offset++) await world.instance().process(reading(offset, 'a', offset));
    const head = await world.head();
    expect(head.snapshotVersion).toBeGreaterThan(20);
    expect(head.epochMs).toBe(100);
  });

  it('comes with every delivery, of a repeat after a crash too', async () => {
    const world = await worldAt100();
    const seen: number[] = [];
    const spy = {
      name: 'spy',
      deliver: async ({ epochMs }: { epochMs: number }) => ({ rows: seen.push(epochMs), writeUnits: 0 }),
    };
    const watched = async (instance: Instance, ...records: ReturnType<typeof reading>[]) => {
      Object.assign(instance.processor, { sinks: [spy, world.sink] });
      return instance.process(...records);
    };
    world.sink.isDown = true;
    await expect(watched(world.instance(), reading(1, 'a', 0), reading(2, 'a', 10))).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
    });
    world.sink.isDown = false;
    await world.clock.sleep(50);
    await watched(world.instance(), reading(3, 'a', 11));
    expect(seen).toEqual([100, 100]);
  });
});

describe('the epoch of a shard that came of others (PL-25)', () => {
  it('is that of the larger of two merged parents, although its own clock is behind both', async () => {
    const stream = new StreamWorld();
    stream.open('low');
    stream.open('high');
    await stream.world.clock.sleep(100);
    await stream.instance().take('low', stream.put('low', ['a', 0]));
    await stream.world.clock.sleep(100);
    await stream.instance().take('high', stream.put('high', ['b', 0]));
    stream.merge('low', 'high', 'child');
    await stream.world.clock.sleep(-150);
    await stream.instance().take('child', stream.put('child', ['a', 1]));
    expect([
      (await stream.head('low'))?.epochMs,
      (await stream.head('high'))?.epochMs,
      (await stream.head('child'))?.epochMs,
    ]).toEqual([100, 200, 200]);
  });

  it('is later than its parent, so that one which is begun anew replaces what it had said before', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 0]));
    stream.split('parent', 'low', 'high');
    await stream.world.clock.sleep(100);
    await stream.instance().take('low', stream.put('low', ['a', 1]));
    expect([(await stream.head('parent'))?.epochMs, (await stream.head('low'))?.epochMs]).toEqual([0, 100]);
  });
});

describe('a log of the release before, which knew no epochs', () => {
  it('has the epoch 0, in its entries and in its snapshots', () => {
    const { epochMs: _, ...attributes } = toLogItem('log', 1, sampleEntry(1));
    expect(fromLogItem(attributes)).toEqual(sampleEntry(1, { epochMs: 0 }));
    const topology = topologyOf();
    const bytes = new Partition(topology).bytes();
    const reader = new ByteReader(decompress(bytes));
    const {
      progress: { epochMs: __, ...progress },
      ...header
    } = JSON.parse(reader.string()) as { progress: { epochMs: number } };
    const writer = new ByteWriter();
    writer.string(JSON.stringify({ ...header, progress }));
    writer.raw(reader.rest());
    expect(decodeSnapshot(compress(writer.finish()), topology).state.epochMs).toBe(0);
  });

  it('keeps the epoch 0 when this release goes on with it', async () => {
    const world = new World();
    await world.instance().process(reading(1, 'a', 0));
    await world.clock.sleep(100);
    await world.instance().process(reading(2, 'a', 1));
    expect(await epochs(world)).toEqual([0, 0]);
  });

  it('does not take the epoch from a log that both releases write while one replaces the other', async () => {
    const world = await worldAt100();
    const before = world.instance();
    await before.process(reading(1, 'a', 0));
    await forgetEpoch(before);
    await before.process(reading(2, 'a', 1));
    await world.instance().process(reading(3, 'a', 2));
    expect(await epochs(world)).toEqual([100, 0, 100]);
  });
});
