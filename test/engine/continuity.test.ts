import { describe, expect, it } from '@jest/globals';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { slotOf } from '../../engine/partition-log/ring.ts';
import { processBatch } from '../../engine/process-batch.ts';
import { partitionOf, StreamWorld } from './support/stream-world.ts';

/** Twenty readings put, the first of them counted, by a function that is gone. */
async function worldWith(counted: number): Promise<StreamWorld> {
  const stream = new StreamWorld();
  stream.open('shard');
  const records = stream.put('shard', ...Array.from({ length: 20 }, (_, i) => ['a', i] as const));
  for (const record of records.slice(0, counted)) await stream.instance().take('shard', [record]);
  return stream;
}

const MISSING = { kind: 'internal', code: 'RECORDS_MISSING' };

describe('a log that a function opens', () => {
  it('refuses a batch that leaves out records which the source still has, and counts nothing of it', async () => {
    const stream = await worldWith(5);
    await expect(stream.instance().take('shard', stream.all('shard').slice(8))).rejects.toMatchObject({
      ...MISSING,
      context: { reached: '5', from: '6', to: '9' },
    });
    expect((await stream.head('shard'))?.reached).toBe(5n);
    expect(await stream.instance().take('shard', stream.all('shard'))).toMatchObject({
      recordsIn: 15,
      recordsReplayed: 5,
    });
  });

  it('says which record comes next and what to do', async () => {
    const stream = await worldWith(5);
    await expect(stream.instance().take('shard', stream.all('shard').slice(8))).rejects.toThrow(
      'partition shard of departures must go on with offset 6, the first behind 5 that is not counted, got a batch that begins at 9; make the event source mapping anew at TRIM_HORIZON, or set its consumer group back: what is counted already is recognised; or leave them out for good with npx tidemark accept-loss flights --partition shard --from 6 --to 9',
    );
  });

  it('refuses it again and again, until the mapping is set back', async () => {
    const stream = await worldWith(5);
    const instance = stream.instance();
    for (let i = 0; i < 3; i++)
      await expect(instance.take('shard', stream.all('shard').slice(8))).rejects.toMatchObject(MISSING);
  });

  it('takes the record that comes next in the source, whatever lies between the offsets', async () => {
    const stream = await worldWith(5);
    stream.catalog.skips = () => undefined;
    expect(await stream.instance().take('shard', stream.all('shard').slice(8))).toMatchObject({ recordsIn: 12 });
  });

  it('asks nothing for a batch that begins with what is counted', async () => {
    const stream = await worldWith(5);
    stream.catalog.skips = () => 1n;
    expect(await stream.instance().take('shard', stream.all('shard').slice(4))).toMatchObject({
      recordsIn: 15,
      recordsReplayed: 1,
    });
  });

  it('begins anywhere when it is new: a mapping may start at a time', async () => {
    const stream = await worldWith(0);
    expect(await stream.instance().take('shard', stream.all('shard').slice(8))).toMatchObject({ recordsIn: 12 });
  });

  it('asks of a shard that came of another for its first record too', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 0]));
    stream.split('parent', 'low', 'high');
    stream.put('low', ['a', 1]);
    const later = stream.put('low', ['a', 2]);
    await stream.instance().tick(1_001);
    await expect(stream.instance().take('low', later)).rejects.toMatchObject(MISSING);
  });
});

describe('a source that has removed records which were not counted', () => {
  /** Of the records up to 8 it has nothing, and says so. */
  async function expiredUpTo8(): Promise<StreamWorld> {
    const stream = await worldWith(5);
    stream.catalog.skips = () => undefined;
    stream.catalog.expires = (_, after, before) => after < 8n && after + 1n < before;
    return stream;
  }

  it('halts the partition where it tells, and names the range and the command that accepts it', async () => {
    const stream = await expiredUpTo8();
    const halted = stream.instance().take('shard', stream.all('shard').slice(8));
    await expect(halted).rejects.toMatchObject({
      kind: 'internal',
      code: 'RECORDS_EXPIRED',
      context: { reached: '5', from: '6', to: '9' },
    });
    await expect(halted).rejects.toThrow(
      'partition shard of departures must keep its records until they are counted, got none from offset 6 on up to 9, at which the batch begins: retention has removed some; give the source a longer retention, then go on without them with npx tidemark accept-loss flights --partition shard --from 6 --to 9',
    );
    expect((await stream.head('shard'))?.reached).toBe(5n);
  });

  it('says nothing of what another instance has counted meanwhile', async () => {
    const stream = await worldWith(0);
    const [one, other] = [stream.instance(), stream.instance()];
    const records = stream.all('shard');
    await one.take('shard', records.slice(0, 2));
    await other.take('shard', records.slice(2, 8));
    await stream.world.clock.sleep(60_000);
    stream.catalog.skips = () => undefined;
    stream.catalog.expires = (_, after) => after < 8n;
    expect(await one.take('shard', records.slice(8))).toMatchObject({ recordsIn: 12 });
  });

  it('lets a new log begin wherever its mapping does', async () => {
    const stream = await worldWith(0);
    stream.catalog.expires = () => true;
    expect(await stream.instance().take('shard', stream.all('shard').slice(8))).toMatchObject({ recordsIn: 12 });
  });
});

describe('a log that a function has in memory', () => {
  it('asks nothing while batches follow each other', async () => {
    const stream = await worldWith(0);
    let asked = 0;
    stream.catalog.skips = () => void asked++;
    const instance = stream.instance();
    for (const record of stream.all('shard')) await instance.take('shard', [record]);
    expect(asked).toBe(0);
  });

  it('asks after a pause in which a mapping can be made anew', async () => {
    const stream = await worldWith(0);
    const instance = stream.instance();
    await instance.take('shard', stream.all('shard').slice(0, 5));
    await stream.world.clock.sleep(59_999);
    expect(await instance.take('shard', stream.all('shard').slice(5, 6))).toMatchObject({ recordsIn: 1 });
    await stream.world.clock.sleep(60_000);
    await expect(instance.take('shard', stream.all('shard').slice(8))).rejects.toMatchObject(MISSING);
  });
});

describe('an invocation that takes its time to ask for its stream', () => {
  it('is asked about as of when it began: a mapping may have been made anew since', async () => {
    const stream = await worldWith(0);
    const instance = stream.instance();
    const [partition, records] = [partitionOf('shard'), stream.all('shard')];
    const begunMs = stream.world.clock.nowMs();
    await stream.world.clock.sleep(60_000);
    await processBatch(instance.inner.processor, { partition, records: records.slice(0, 5), begunMs });
    await expect(instance.take('shard', records.slice(8))).rejects.toMatchObject(MISSING);
  });

  it('is asked about when another one, that began later, was here before', async () => {
    const stream = await worldWith(0);
    const instance = stream.instance();
    const [partition, records] = [partitionOf('shard'), stream.all('shard')];
    const begunMs = stream.world.clock.nowMs();
    await stream.world.clock.sleep(1);
    await instance.take('shard', records.slice(0, 5));
    await expect(
      processBatch(instance.inner.processor, { partition, records: records.slice(8), begunMs }),
    ).rejects.toMatchObject(MISSING);
  });
});

describe('two functions that have the same log in memory', () => {
  it('take no record for left out that the other has counted meanwhile', async () => {
    const stream = await worldWith(0);
    const [one, other] = [stream.instance(), stream.instance()];
    const records = stream.all('shard');
    await one.take('shard', records.slice(0, 2));
    await other.take('shard', records.slice(2, 4));
    await stream.world.clock.sleep(60_000);
    expect(await one.take('shard', records.slice(4))).toMatchObject({ recordsIn: 16 });
  });
});

describe('a log table that was restored to an earlier moment', () => {
  it('is not continued behind a hole; from the beginning of the stream everything is counted once', async () => {
    const logId = logIdOf(partitionOf('shard'));
    const stream = await worldWith(4);
    const backup = await stream.world.entries(logId);
    for (const record of stream.all('shard').slice(4, 10)) await stream.instance().take('shard', [record]);
    const restored = await worldWith(0);
    for (const entry of backup)
      await restored.world.logs.put(logId, slotOf(entry.version, restored.world.settings.slots), entry, undefined);
    // The mapping has acknowledged ten.
    await expect(restored.instance().take('shard', restored.all('shard').slice(10))).rejects.toMatchObject({
      ...MISSING,
      context: { from: '5', to: '11' },
    });
    await restored.instance().take('shard', restored.all('shard'));
    await stream.instance().take('shard', stream.all('shard').slice(10));
    expect((await restored.head('shard'))?.counters).toEqual((await stream.head('shard'))?.counters);
    expect(restored.counts).toEqual(stream.counts);
  });
});
