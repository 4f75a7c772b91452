import { describe, expect, it } from '@jest/globals';
import type { SourceRecord } from '../../../engine/record.ts';
import { step } from '../../../engine/step.ts';
import { reading, record, topologyOf } from '../support/readings.ts';
import { Instance, World } from '../support/world.ts';
import { SHARD } from '../../support/samples.ts';

const UNAVAILABLE = { kind: 'unavailable', code: 'SINK_UNAVAILABLE' };

describe('replayed records (PL-13)', () => {
  it('are filtered one by one by the offset that the log has reached', async () => {
    const instance = new World().instance();
    await instance.process(reading(1, 'a', 0), reading(2, 'a', 1));
    expect(await instance.process(reading(1, 'a', 0), reading(2, 'a', 1), reading(3, 'a', 2))).toMatchObject({
      recordsIn: 1,
      recordsReplayed: 2,
      commits: 1,
    });
  });

  it('alone make no commit, and succeed', async () => {
    const world = new World();
    const instance = world.instance();
    await instance.process(reading(1, 'a', 0), reading(2, 'a', 10));
    expect(await instance.process(reading(1, 'a', 0), reading(2, 'a', 10))).toMatchObject({
      recordsIn: 0,
      recordsReplayed: 2,
      commits: 0,
      writeUnits: 0,
      resultsOut: 0,
    });
    expect(world.logs.puts).toHaveLength(1);
  });

  it('alone succeed after their outbox is delivered, not before', async () => {
    const world = new World();
    const batch = [reading(1, 'a', 0), reading(2, 'a', 10)];
    world.sink.isDown = true;
    await expect(world.instance().process(...batch)).rejects.toMatchObject(UNAVAILABLE);
    await expect(world.instance().process(...batch)).rejects.toMatchObject(UNAVAILABLE);
    world.sink.isDown = false;
    expect(await world.instance().process(...batch)).toMatchObject({ recordsReplayed: 2, commits: 0 });
    expect(world.sink.results).toMatchObject([{ key: 'a', windowStartMs: 0, revision: 1 }]);
  });

  it('do not become late records or dead letters a second time', async () => {
    const world = new World();
    const batch = [reading(1, 'a', 20), reading(2, 'a', 0), record(3, 'garbage')];
    await world.instance().process(...batch);
    await world.instance().process(...batch, reading(4, 'a', 30));
    expect(world.sink.lateRecords.map(({ offset }) => offset)).toEqual([2n]);
    expect(world.sink.deadLetters.map(({ offset }) => offset)).toEqual([3n]);
    expect((await world.head()).counters).toMatchObject({ recordsIn: 4, late: 1, deadLetters: 1 });
  });

  it('keep the parts of an aggregated record together: all share one offset', async () => {
    const instance = new World().instance();
    const parts = [0, 1, 2].map((subSequence) => ({ ...reading(1, 'a', 0), subSequence }));
    expect(await instance.process(...parts)).toMatchObject({ recordsIn: 3 });
    expect(await instance.process(...parts)).toMatchObject({ recordsIn: 0, recordsReplayed: 3 });
  });
});

describe('the outbox (PL-16)', () => {
  it('is delivered after the acknowledgement and before the invocation returns', async () => {
    const world = new World();
    let versions: number[] = [];
    world.logs.beforePut = async () => {
      versions = [...world.sink.versions];
    };
    await world.instance().process(reading(1, 'a', 0), reading(2, 'a', 10));
    expect(versions).toEqual([]);
    expect(world.sink.versions).toEqual([1]);
  });

  it('is not delivered when the commit failed', async () => {
    const world = new World();
    world.logs.script = Array.from({ length: 5 }, () => 'lost request' as const);
    await expect(world.instance().process(reading(1, 'a', 0), reading(2, 'a', 10))).rejects.toMatchObject({
      code: 'COMMIT_UNKNOWN',
    });
    expect(world.sink.versions).toEqual([]);
  });

  it('of a crash between commit and delivery comes out first, by whoever comes next', async () => {
    const world = new World();
    world.sink.isDown = true;
    await expect(world.instance().process(reading(1, 'a', 0), reading(2, 'a', 10))).rejects.toMatchObject(UNAVAILABLE);
    world.sink.isDown = false;
    await world.instance().process(reading(3, 'a', 20));
    expect(world.sink.versions).toEqual([1, 2]);
    expect(world.sink.results.map(({ windowStartMs, revision }) => [windowStartMs, revision])).toEqual([
      [0, 1],
      [10, 1],
    ]);
  });

  it('keeps a batch from being committed as long as an older one cannot be delivered', async () => {
    const world = new World();
    const instance = world.instance();
    world.sink.isDown = true;
    await expect(instance.process(reading(1, 'a', 0), reading(2, 'a', 10))).rejects.toMatchObject(UNAVAILABLE);
    for (let i = 3; i < 6; i++) await expect(instance.process(reading(i, 'a', 20))).rejects.toMatchObject(UNAVAILABLE);
    expect(world.logs.puts).toHaveLength(1);
  });

  it('says the same at its second delivery, after a crash before the log heard of the first', async () => {
    const world = new World({ topology: topologyOf({ allowedLatenessMs: 10 }) });
    await world
      .instance()
      .process(
        reading(1, 'a', 0, -0),
        reading(2, 'b', 1, 0.1),
        reading(3, '😀', 12, 1e287),
        record(4, Uint8Array.of(0, 255)),
        reading(5, 'a', 2, 5),
        reading(6, 'a', 50),
        reading(7, 'a', 3),
      );
    await world.instance().process(reading(8, 'a', 51));
    // RecordingSink throws when a repeat says something else.
    expect(world.sink.versions).toEqual([1, 1]);
  });

  it('that is empty is not delivered by the instance that wrote it', async () => {
    const world = new World();
    const instance = world.instance();
    for (let i = 1; i <= 3; i++) await instance.process(reading(i, 'a', i));
    expect(world.sink.versions).toEqual([]);
    expect((await world.head()).publishedVersion).toBe(2);
  });

  it('that is empty does not pass for the delivery of an older one that still waits', async () => {
    const world = new World();
    await world.instance().use(async (log) => {
      const commit = (...records: SourceRecord[]) => log.commit(step(world.settings.topology, log.state, records));
      await commit(reading(1, 'a', 0), reading(2, 'a', 10));
      await commit(reading(3, 'a', 11));
      await commit(reading(4, 'a', 12));
      expect(log.undelivered.map(({ version }) => version)).toEqual([1]);
    });
    expect((await world.head()).publishedVersion).toBe(0);
    await world.instance().process(reading(4, 'a', 12));
    expect(world.sink.results).toMatchObject([{ windowStartMs: 0, revision: 1 }]);
  });

  it('of which several wait are delivered oldest first, and those behind one that fails wait with it', async () => {
    const world = new World();
    const { processor } = world.instance();
    await processor.logs.use(SHARD, async (log) => {
      for (let i = 0; i < 3; i++)
        await log.commit(
          step(world.settings.topology, log.state, [
            reading(2 * i + 1, 'a', 10 * i),
            reading(2 * i + 2, 'a', 10 * (i + 1)),
          ]),
        );
    });
    const deliver = world.sink.deliver.bind(world.sink);
    world.sink.deliver = async (delivery) => {
      world.sink.isDown = delivery.version === 2;
      return deliver(delivery);
    };
    await expect(world.instance().process(reading(6, 'a', 30))).rejects.toMatchObject(UNAVAILABLE);
    expect(world.sink.versions).toEqual([1]);
    world.sink.deliver = deliver;
    world.sink.isDown = false;
    await world.instance().process(reading(6, 'a', 30));
    expect(world.sink.versions).toEqual([1, 1, 2, 3]);
  });

  it('reaches every sink, and is repeated to all when one of them failed', async () => {
    const world = new World();
    const { sink } = world;
    const other = new World().sink;
    const instance = new Instance({ ...world.instance().processor, sinks: [sink, other] });
    other.isDown = true;
    const batch = [reading(1, 'a', 0), reading(2, 'a', 10)];
    await expect(instance.process(...batch)).rejects.toMatchObject(UNAVAILABLE);
    other.isDown = false;
    await instance.process(...batch);
    expect([sink.versions, other.versions]).toEqual([[1, 1], [1]]);
  });
});
