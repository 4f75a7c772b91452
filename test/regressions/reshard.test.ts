import { describe, expect, it } from '@jest/globals';
import { hashOfKey } from '../../engine/codec/key-hash.ts';
import { inspectedPartitions } from '../../operate/doctor/inspected-partitions.ts';
import { logChecks } from '../../operate/doctor/log-checks.ts';
import { topologyOf } from '../engine/support/readings.ts';
import { StreamWorld } from '../engine/support/stream-world.ts';
import { SHARD } from '../support/samples.ts';

const NOT_DRAINED = { kind: 'unavailable', code: 'PARENT_NOT_DRAINED' };
/** No shard is idle yet. */
const EARLY_MS = 1_000;

/** A parent with a and b in the window from 0, split into `low` for a and `high` for b. */
async function splitStream(settings: ConstructorParameters<typeof StreamWorld>[0] = {}): Promise<StreamWorld> {
  const stream = new StreamWorld(settings);
  stream.open('parent');
  await stream.instance().take('parent', stream.put('parent', ['a', 0], ['b', 0]));
  stream.split('parent', 'low', 'high');
  return stream;
}

describe('others have failed when shards were split or merged', () => {
  it('R-11 the last record of a closed shard was taken already: the shard is sealed and its child starts', async () => {
    const stream = await splitStream();
    expect(await stream.instance().take('low', stream.put('low', ['a', 1]))).toMatchObject({ recordsIn: 1 });
    expect((await stream.head('parent'))?.sealedFor).toEqual(['high', 'low']);
  });

  it('R-12 a shard that nobody reads after a large reshard is named to the operator', async () => {
    const stream = await splitStream({ topology: topologyOf({ name: SHARD.pipeline }) });
    await stream.instance().take('low', stream.put('low', ['a', 1]));
    stream.put('high', ['b', 1]);
    const { settings, logs, blobs, clock } = stream.world;
    const partitions = [...stream.catalog.known.keys()];
    const place = {
      topology: settings.topology,
      source: { name: SHARD.source, incarnation: SHARD.incarnation, partitions },
      logs,
      blobs,
      clock,
      slots: settings.slots,
    };
    const finding = logChecks(await inspectedPartitions(place, () => stream.catalog), settings.slots, 'shard', {
      nowMs: 0,
      isFailing: false,
    }).find(({ id }) => id === 'shards-with-log');
    expect(finding).toMatchObject({ verdict: 'warning', found: 'high has records and no log' });
  });

  it('R-13 a child that has only begun moves to another worker: it resumes, and nothing is read again', async () => {
    const stream = await splitStream();
    const records = stream.put('low', ['a', 1], ['a', 2]);
    let puts = 0;
    const put = stream.world.logs.put.bind(stream.world.logs);
    // The first worker dies between what the child inherits and its first records.
    stream.world.logs.put = async (...request) => (++puts === 3 ? new Promise(() => {}) : put(...request));
    void stream.instance().take('low', records);
    while (puts < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(await stream.instance().take('low', records)).toMatchObject({ recordsIn: 2, recordsReplayed: 0 });
    await stream.instance().take('low', stream.put('low', ['a', 10]));
    expect(stream.counts).toEqual({ 'a@0': 3 });
  });

  it('R-14 a closed shard still has records: its child waits, and the tail is not lost', async () => {
    const stream = await splitStream();
    const tail = stream.put('parent', ['a', 1], ['a', 2]);
    const records = stream.put('low', ['a', 3], ['a', 10]);
    await expect(stream.instance().take('low', records)).rejects.toMatchObject(NOT_DRAINED);
    await stream.instance().take('parent', tail);
    await stream.instance().take('low', records);
    expect(stream.counts).toEqual({ 'a@0': 4 });
  });

  it('R-17 the last commit of a parent coincides with the split: the children complete', async () => {
    const stream = await splitStream();
    const tail = stream.put('parent', ['a', 1], ['b', 1]);
    const [low, high] = [stream.put('low', ['a', 10]), stream.put('high', ['b', 10])];
    const [one, other] = [stream.instance(), stream.instance()];
    const outcomes = await Promise.allSettled([
      one.take('parent', tail),
      other.take('low', low),
      one.take('high', high),
    ]);
    expect(outcomes[0]).toMatchObject({ status: 'fulfilled' });
    await other.take('low', low);
    await one.take('high', high);
    expect(stream.counts).toEqual({ 'a@0': 2, 'b@0': 2 });
  });

  it('R-18 a shard closes after its snapshot was taken: a fresh function reads none of it again', async () => {
    const stream = new StreamWorld({ slots: 2 });
    stream.open('parent');
    for (let i = 0; i < 5; i++) await stream.instance().take('parent', stream.put('parent', ['a', i]));
    stream.split('parent', 'low', 'high');
    expect(await stream.instance().take('parent', stream.all('parent'))).toMatchObject({
      recordsIn: 0,
      recordsReplayed: 5,
      commits: 0,
    });
    await stream.instance().take('low', stream.put('low', ['a', 10]));
    expect(stream.counts).toEqual({ 'a@0': 5 });
  });

  it('R-19 a shard between expired without a record of its own: its children have what came before it', async () => {
    const stream = await splitStream();
    await stream.instance().tick(EARLY_MS);
    stream.split('low', 'lower', 'upper');
    await stream.instance().tick(EARLY_MS);
    stream.expire('parent');
    stream.expire('low');
    const heir = (stream.catalog.known.get('lower')?.toHash ?? 0n) >= hashOfKey('a') ? 'lower' : 'upper';
    await stream.instance().take(heir, stream.put(heir, ['a', 1], ['a', 10]));
    expect(stream.counts).toEqual({ 'a@0': 2 });
  });

  it('R-20 parents are read again after scaling: nothing counts twice', async () => {
    const stream = await splitStream();
    await stream.instance().take('low', stream.put('low', ['a', 1]));
    expect(await stream.instance().take('parent', stream.all('parent'))).toMatchObject({
      recordsIn: 0,
      recordsReplayed: 2,
      commits: 0,
    });
    await stream.instance().take('low', stream.put('low', ['a', 10]));
    expect(stream.counts).toEqual({ 'a@0': 2 });
  });

  it('R-21 a stream is split while its pipeline is paused: it goes on where it was', async () => {
    const stream = await splitStream();
    stream.put('parent', ['a', 1]);
    const low = stream.put('low', ['a', 2], ['a', 10]);
    const resumed = stream.instance();
    await resumed.take('parent', stream.all('parent'));
    await resumed.take('low', low);
    expect(stream.counts).toEqual({ 'a@0': 3 });
  });

  it('R-24 a merge does not raise the watermark: it is that of the parent that was behind', async () => {
    const stream = await splitStream();
    await stream.instance().take('low', stream.put('low', ['a', 5]));
    await stream.instance().take('high', stream.put('high', ['b', 100]));
    stream.merge('low', 'high', 'child');
    expect(await stream.instance().take('child', stream.put('child', ['a', 6]))).toMatchObject({
      lateRecords: 0,
      watermarkMs: 6,
    });
  });

  it('R-25 a split makes nothing late that was in time', async () => {
    const stream = await splitStream();
    await stream.instance().take('low', stream.put('low', ['a', 50]));
    expect(await stream.instance().take('high', stream.put('high', ['b', 9]))).toMatchObject({ lateRecords: 0 });
  });

  it('R-42 a function dies in the middle of taking over, at every request: no shard is lost', async () => {
    for (let dies = 1; dies <= 4; dies++) {
      const stream = await splitStream();
      const records = stream.put('low', ['a', 1], ['a', 10]);
      const put = stream.world.logs.put.bind(stream.world.logs);
      let puts = 0;
      stream.world.logs.put = async (...request) => (++puts === dies ? new Promise(() => {}) : put(...request));
      void stream.instance().take('low', records);
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
      stream.world.logs.put = put;
      await stream.instance().take('low', records);
      await stream.instance().take('high', stream.put('high', ['b', 10]));
      expect(stream.counts).toEqual({ 'a@0': 2, 'b@0': 1 });
    }
  });

  it('R-45 children come before their parents: they wait, each generation for the one before', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    const first = stream.put('parent', ['a', 0]);
    stream.split('parent', 'low', 'high');
    const second = stream.put('low', ['a', 1]);
    stream.merge('low', 'high', 'child');
    const third = stream.put('child', ['a', 2], ['a', 10]);
    const worker = stream.instance();
    await expect(worker.take('child', third)).rejects.toMatchObject(NOT_DRAINED);
    await worker.take('parent', first);
    await expect(worker.take('child', third)).rejects.toMatchObject(NOT_DRAINED);
    await worker.take('low', second);
    await worker.take('child', third);
    expect(stream.counts).toEqual({ 'a@0': 3 });
  });
});
