import { describe, expect, it } from '@jest/globals';
import { slotOf } from '../../engine/partition-log/ring.ts';
import { spillPrefix } from '../../engine/partition-log/log-id.ts';
import type { SourceRecord } from '../../engine/record.ts';
import type { PutFate } from '../engine/support/scripted-log-store.ts';
import { reading } from '../engine/support/readings.ts';
import { World } from '../engine/support/world.ts';

const BATCH = [reading(1, 'a', 0), reading(2, 'a', 10)];
const ONCE = [{ windowStartMs: 0, revision: 1, values: { n: 1 } }];
/** A commit makes five tries. */
const every = (fate: PutFate): PutFate[] => Array.from({ length: 5 }, () => fate);
const numbered = (from: number, to: number): SourceRecord[] =>
  Array.from({ length: to - from + 1 }, (_, i) => reading(from + i, 'a', from + i));

/** A world in which the commit of BATCH is still on its way, and whose instance has given up. */
async function worldWithLateCommit(settings: ConstructorParameters<typeof World>[0] = {}): Promise<World> {
  const world = new World(settings);
  world.logs.script = every('late');
  await expect(world.instance().process(...BATCH)).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'COMMIT_UNKNOWN',
  });
  return world;
}

describe('others have failed at a commit', () => {
  it('R-1 a stalled writer wakes after its slot was written over many times: its write is refused', async () => {
    const world = await worldWithLateCommit({ slots: 4 });
    const other = world.instance();
    for (const record of numbered(1, 21)) await other.process(record);
    expect((await world.logs.arriveLate()).map(({ kind }) => kind)).toEqual(every('late').map(() => 'conflict'));
    expect((await world.head()).counters).toMatchObject({ recordsIn: 21, counted: 21 });
  });

  it('R-2 a write that was acknowledged is never missed by a recovery, at any point of the ring', async () => {
    const world = new World({ slots: 4, inlineLimitBytes: 0 });
    const writer = world.instance();
    for (const record of numbered(1, 20)) {
      await writer.process(record);
      const reached = await world.instance().use(async (log) => log.state.reached);
      expect(reached).toBe(record.offset);
    }
  });

  it('R-3 a slot is chosen and others advance meanwhile: the write finds out', async () => {
    const world = new World();
    const other = world.instance();
    world.logs.beforePut = () => other.process(...BATCH);
    expect(await world.instance().process(...BATCH)).toMatchObject({ recordsIn: 0, recordsReplayed: 2, commits: 0 });
    expect((await world.head()).version).toBe(1);
  });

  it('R-4 of two commits of one version the second fails, however long the first one holds', async () => {
    const world = new World();
    const [one, other] = [world.instance(), world.instance()];
    await one.process(reading(1, 'a', 0));
    await other.process(reading(1, 'a', 0));
    await Promise.all([one.process(reading(2, 'a', 1)), other.process(reading(2, 'a', 1))]);
    expect((await world.entries()).map(({ version, counters }) => [version, counters.counted])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('R-5 a commit that seemed to fail keeps its large delta: it may stand after all', async () => {
    const world = await worldWithLateCommit({ inlineLimitBytes: 0 });
    expect((await world.logs.arriveLate())[0]).toMatchObject({ kind: 'stored' });
    expect(await world.instance().process(...BATCH)).toMatchObject({ recordsIn: 0, recordsReplayed: 2 });
    expect(world.sink.results).toMatchObject(ONCE);
  });

  it('R-6 "not committed", and then it lands: unknown until the log has been read, and sent again with the same bytes', async () => {
    const world = await worldWithLateCommit();
    expect(new Set(world.logs.puts.map(({ entry }) => entry)).size).toBe(1);
    world.logs.beforePut = () => world.logs.arriveLate();
    await world.instance().process(...BATCH, reading(3, 'a', 20));
    expect((await world.head()).counters).toMatchObject({ recordsIn: 3, counted: 3 });
    expect(world.sink.results.map(({ windowStartMs, revision }) => [windowStartMs, revision])).toEqual([
      [0, 1],
      [10, 1],
    ]);
  });

  it('R-7 after an unknown outcome nothing is deleted', async () => {
    const world = await worldWithLateCommit({ inlineLimitBytes: 0 });
    await expect(world.blobs.list(spillPrefix(world.logId))).resolves.toHaveLength(2);
  });

  it('R-8 a lost reply is not read as a conflict: the commit is known for our own', async () => {
    const world = new World();
    const instance = world.instance();
    world.logs.script = ['lost reply'];
    expect(await instance.process(...BATCH)).toMatchObject({ recordsIn: 2, commits: 1 });
    expect(world.sink.results).toMatchObject(ONCE);
    expect(world.logs.reads).toBe(1);
  });

  it('R-9 a repeat by the client itself that fails its own condition: known for our own', async () => {
    const world = new World();
    const put = world.logs.put.bind(world.logs);
    // As a client that repeats on its own does: the caller sees the second answer only.
    world.logs.put = async (...request) => {
      await put(...request);
      return put(...request);
    };
    expect(await world.instance().process(...BATCH)).toMatchObject({ recordsIn: 2, commits: 1 });
    expect(world.sink.results).toMatchObject(ONCE);
  });

  it('R-10 the only consumer does not lose its own compare-and-set: it goes on, and reads nothing anew', async () => {
    const world = new World();
    const instance = world.instance();
    for (const record of numbered(1, 20)) {
      world.logs.script = ['lost reply'];
      await instance.process(record);
    }
    expect(world.logs.reads).toBe(1);
    expect((await world.head()).counters.counted).toBe(20);
  });

  it('R-15 the log is deleted: halt, no fresh start', async () => {
    const world = new World({ slots: 4 });
    for (const record of numbered(1, 5)) await world.instance().process(record);
    world.logs.onRead = () => [];
    await expect(world.instance().process(...numbered(1, 6))).rejects.toMatchObject({
      kind: 'internal',
      code: 'LOG_DELETED',
    });
    expect(world.logs.puts).toHaveLength(5);
  });

  it('R-37 what a crashed instance had in memory and not in the log is gone', async () => {
    const world = new World();
    const dirty = world.instance();
    world.logs.script = every('lost request');
    await expect(dirty.process(reading(1, 'a', 0, 100))).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    await dirty.process(reading(1, 'a', 0, 1), reading(2, 'a', 10));
    expect(world.sink.results).toMatchObject([{ revision: 1, values: { n: 1, total: 1 } }]);
  });

  it('R-38 an older state is restored: read again from the oldest record, nothing is skipped and nothing counts twice', async () => {
    const history = numbered(1, 40);
    const world = new World({ slots: 32 });
    for (const record of history.slice(0, 20)) await world.instance().process(record);
    const backup = { slots: await world.entries(), objects: new Map<string, Uint8Array | undefined>() };
    for (const key of await world.blobs.list('')) backup.objects.set(key, await world.blobs.get(key));
    for (const record of history.slice(20)) await world.instance().process(record);

    const restored = new World({ slots: 32 });
    // The table and the bucket as they were.
    for (const entry of backup.slots) await restored.logs.put(world.logId, slotOf(entry.version, 32), entry, undefined);
    for (const [key, bytes = new Uint8Array()] of backup.objects) await restored.blobs.putIfAbsent(key, bytes);
    for (const record of history) await restored.instance().process(record);
    expect((await restored.head()).counters).toEqual((await world.head()).counters);
    expect((await restored.head()).stateHash).toBe((await world.head()).stateHash);
    expect(restored.sink.results).toEqual(world.sink.results.slice(-restored.sink.results.length));
  });

  it('R-43 any number of retries counts once', async () => {
    const world = new World();
    for (const fate of ['late', 'lost request', 'lost reply'] as const) {
      world.logs.script = every(fate);
      await expect(world.instance().process(...BATCH)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    }
    world.logs.script = [];
    await world.instance().process(...BATCH);
    await world.logs.arriveLate();
    await world.instance().process(...BATCH);
    expect((await world.head()).counters).toMatchObject({ recordsIn: 2, counted: 2 });
    expect(world.sink.results).toMatchObject(ONCE);
  });

  it('R-47 a batch that failed half-way is repeated as a whole: what had succeeded has no effect twice', async () => {
    const world = new World();
    world.sink.isDown = true;
    await expect(world.instance().process(...BATCH)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    world.sink.isDown = false;
    expect(await world.instance().process(...BATCH)).toMatchObject({ recordsIn: 0, recordsReplayed: 2, commits: 0 });
    expect(world.sink.results).toMatchObject(ONCE);
  });

  it('R-48 a new event source mapping starts at the oldest record: the log knows its position', async () => {
    const world = new World();
    const history = numbered(1, 30);
    await world.instance().process(...history);
    expect(await world.instance().process(...history, reading(31, 'a', 31))).toMatchObject({
      recordsIn: 1,
      recordsReplayed: 30,
    });
    expect((await world.head()).counters.counted).toBe(31);
  });
});
