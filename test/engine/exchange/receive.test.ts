import { describe, expect, it } from '@jest/globals';
import { ExchangeWorld, HIGH, keyedAnew, LOW, withDates } from './exchange-world.ts';

describe('a key that is not the partition key', () => {
  it('counts what comes of all shards under one key', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1', 's2');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [HIGH, 2], [LOW, 12]));
    await world.take(instance, 's2', world.put('s2', [LOW, 3], [LOW, 4], [HIGH, 15]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 3, [`${HIGH}@0`]: 1 });
  });

  it('waits for the sender that is furthest behind', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1', 's2');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 100]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({});
    await world.take(instance, 's2', world.put('s2', [LOW, 5], [LOW, 10]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2 });
  });

  it('takes each row once, whoever calls the receiver how often', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1');
    const [one, other] = [world.instance(), world.instance()];
    for (let timeMs = 0; timeMs < 40; timeMs += 2) {
      await world.take(one, 's1', world.put('s1', [LOW, timeMs]));
      await world.receiveAll(timeMs % 4 === 0 ? one : other);
      await world.receiveAll(one);
    }
    expect(world.counts).toEqual({ [`${LOW}@0`]: 5, [`${LOW}@10`]: 5, [`${LOW}@20`]: 5 });
  });

  it('rings the receivers for which there are rows, and no others', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1');
    await world.take(world.instance(), 's1', world.put('s1', [LOW, 1], [LOW, 2]));
    expect(world.rung).toEqual([0]);
    await world.take(world.instance(), 's1', world.put('s1', [LOW, 3], [HIGH, 2]));
    expect(world.rung).toEqual([0, 0, 1]);
  });

  it('keeps a row that is late, with the sender that it came from', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1', 's2');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 25], [LOW, 5]));
    await world.receiveAll(instance);
    expect(world.world.sink.lateRecords).toEqual([
      expect.objectContaining({
        key: String(LOW),
        eventTimeMs: 5,
        watermarkMs: 25,
        headers: [
          { name: 'tidemark-sender', text: world.shardLog('s1') },
          { name: 'tidemark-version', text: '1' },
        ],
      }),
    ]);
    expect(Buffer.from(world.world.sink.lateRecords[0]?.data ?? []).toString()).toBe(
      JSON.stringify({ key: 's1', timeMs: 5, value: LOW }),
    );
  });

  it('makes a record without the key a dead letter at its sender', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1');
    const instance = world.instance();
    const [bad] = world.put('s1', [0.1 + 2 ** 60, 1]);
    const report = await world.take(instance, 's1', [bad!]);
    expect([report.deadLetters, world.world.sink.deadLetters[0]?.code]).toEqual([1, 'KEY_INVALID']);
  });

  it('makes a record a dead letter that the receiver could not get as it is', async () => {
    const world = new ExchangeWorld(withDates());
    world.open('s1');
    const report = await world.take(world.instance(), 's1', world.put('s1', [LOW, 1]));
    expect([report.deadLetters, report.counted]).toEqual([1, 0]);
    expect(world.world.sink.deadLetters[0]?.reason).toBe(
      'record for the exchange must be a value that JSON can hold, got a value of type Date; convert it in the schema',
    );
  });

  it('lets no sender overwrite what a receiver has not taken, and goes on once it has', async () => {
    const world = new ExchangeWorld(keyedAnew(), { slots: 4 });
    world.open('s1');
    const instance = world.instance();
    for (let timeMs = 1; timeMs <= 4; timeMs++) await world.take(instance, 's1', world.put('s1', [LOW, timeMs]));
    const fifth = world.put('s1', [LOW, 5]);
    await expect(world.take(instance, 's1', fifth)).rejects.toMatchObject({ code: 'RING_FULL', kind: 'unavailable' });
    expect(world.rung.slice(-2)).toEqual([0, 1]);
    await world.receive(instance, 0);
    await expect(world.take(instance, 's1', fifth)).rejects.toMatchObject({ code: 'RING_FULL' });
    await world.receive(instance, 1);
    await world.take(instance, 's1', fifth);
    await world.take(instance, 's1', world.put('s1', [LOW, 10]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 5 });
  });

  it('keeps rows in objects until they are overwritten, and no longer', async () => {
    const world = new ExchangeWorld(keyedAnew(), { slots: 4, inlineLimitBytes: 20 });
    world.open('s1');
    const instance = world.instance();
    for (let timeMs = 1; timeMs <= 4; timeMs++) await world.take(instance, 's1', world.put('s1', [LOW, timeMs]));
    expect((await world.world.blobs.list('rows/')).length).toBe(4);
    await world.receiveAll(instance);
    for (let timeMs = 5; timeMs <= 8; timeMs++) await world.take(instance, 's1', world.put('s1', [LOW, timeMs]));
    expect((await world.world.blobs.list('rows/')).length).toBe(4);
    await world.receiveAll(instance);
    await world.take(instance, 's1', world.put('s1', [LOW, 10]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 8 });
  });

  it('follows a shard to those that go on with its keys', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1]));
    world.reshard(['s1'], 'left', 'right');
    await world.take(instance, 'left', world.put('left', [LOW, 2], [LOW, 30]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({});
    await world.take(instance, 'right', world.put('right', [LOW, 3], [LOW, 12]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 3 });
  });

  it('brings the last windows out by ticks, also where a shard has never had a record', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1', 'empty');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [HIGH, 2]));
    await world.receiveAll(instance);
    for (const nowMs of [200_000, 260_000]) {
      await world.tick(instance, nowMs);
      await world.receiveAll(instance);
    }
    expect(world.counts).toEqual({ [`${LOW}@0`]: 1, [`${HIGH}@0`]: 1 });
    const before = (await world.head(world.shardLog('s1'))).version;
    await world.tick(instance, 999_000);
    expect((await world.head(world.shardLog('s1'))).version).toBe(before);
  });

  it('calls by a tick whom a doorbell was lost for, and nobody else', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [HIGH, 2]));
    await world.receive(instance, 0);
    world.rungAt.length = 0;
    await world.tick(instance, 1_000);
    expect(world.rung).toEqual([1]);
  });

  it('refuses another number of receivers', async () => {
    const world = new ExchangeWorld(keyedAnew({ receivers: 2 }));
    world.open('s1');
    await world.take(world.instance(), 's1', world.put('s1', [LOW, 1]));
    const other = new ExchangeWorld(keyedAnew({ receivers: 3 }));
    const instance = world.instance();
    const topology = other.world.settings.topology;
    const changed = { ...instance, sender: { ...instance.sender, topology } };
    await expect(world.take(changed, 's2', world.put('s2', [LOW, 1]))).rejects.toMatchObject({
      code: 'RECEIVERS_CHANGED',
      kind: 'invalid',
    });
  });

  it('finds a chain that is not the one it read', async () => {
    const world = new ExchangeWorld(keyedAnew());
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1]));
    await world.receiveAll(instance);
    await world.take(instance, 's1', world.put('s1', [LOW, 2]));
    const entry = await world.head(world.shardLog('s1'));
    await world.world.logs.put(world.shardLog('s1'), 2, { ...entry, previousCommitId: 'another' }, 2);
    await expect(world.receive(instance, 0)).rejects.toMatchObject({ code: 'LOG_DAMAGED', kind: 'internal' });
  });
});
