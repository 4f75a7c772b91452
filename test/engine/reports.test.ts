import { describe, expect, it } from '@jest/globals';
import { processTick } from '../../engine/process-tick.ts';
import { SHARD } from '../support/samples.ts';
import { reading, record } from './support/readings.ts';
import { StreamWorld } from './support/stream-world.ts';
import { World } from './support/world.ts';

describe('the report of a batch', () => {
  it('accounts for every record: in = counted + late + dead letters', async () => {
    const report = await new World()
      .instance()
      .process(reading(1, 'a', 0), reading(2, 'a', 50), reading(3, 'a', 1), record(4, 'no JSON'));
    expect(report).toMatchObject({ recordsIn: 4, counted: 2, lateRecords: 1, deadLetters: 1 });
  });

  it('counts nothing of a batch that comes again', async () => {
    const instance = new World().instance();
    await instance.process(reading(1, 'a', 0));
    expect(await instance.process(reading(1, 'a', 0))).toMatchObject({ recordsIn: 0, recordsReplayed: 1, counted: 0 });
  });
});

describe('the report of a tick', () => {
  it('says how many shards take part in time, how many are idle and how many moved on', async () => {
    const world = new StreamWorld();
    const instance = world.instance();
    for (const shard of ['one', 'other', 'unwritten']) world.open(shard);
    await instance.take('one', world.put('one', ['a', 5]));
    await instance.take('other', world.put('other', ['b', 5]));
    world.put('other', ['b', 6]);
    const report = await processTick(instance.inner.processor, SHARD, 10_000_000);
    expect(report).toMatchObject({ shards: 2, idleShards: 1 });
    expect(report.undeliveredSinceMs).toBeUndefined();
  });

  it('says since when results wait that a sink does not take, on a shard that has records left', async () => {
    const world = new StreamWorld();
    world.open('one');
    const instance = world.instance();
    const first = world.put('one', ['a', 5], ['a', 50]);
    world.world.sink.isDown = true;
    await expect(instance.take('one', first)).rejects.toMatchObject({ kind: 'unavailable' });
    world.put('one', ['a', 51]);
    const { undeliveredSinceMs } = await processTick(world.instance().inner.processor, SHARD, 10_000_000);
    expect(undeliveredSinceMs).toBe(first.at(-1)?.arrivalTimeMs);
  });
});
