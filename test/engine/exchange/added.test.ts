import { beforeEach, describe, expect, it } from '@jest/globals';
import { kinesis, pipeline, resultTable, tumbling, count, type Pipeline } from '../../../engine/index.ts';
import { READING } from '../support/readings.ts';
import { passingOn } from './added-in.ts';
import { ExchangeWorld, keyedAnew, twoLevels, type Instance } from './exchange-world.ts';

const ADDED = passingOn({ added: [2] });

/** Sums of bits by group and window, and the bits that were results before. */
function outcome({ world, counts }: ExchangeWorld): { readonly before: number; readonly behind: object } {
  const bits = world.sink.results.map(({ values }) => Number(values['bit'] ?? 0));
  const behind = Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== undefined));
  return { before: bits.reduce((sum, bit) => sum + bit, 0), behind };
}

describe('an exchange that is added to a running pipeline', () => {
  let world: ExchangeWorld;
  let old: Instance;
  let now: Instance;

  beforeEach(() => {
    world = new ExchangeWorld(ADDED, { slots: 4 });
    world.open('s1');
    [old, now] = [world.instance(passingOn()), world.instance()];
  });

  /** One commit for each value, all at a time. */
  async function takeEach(by: Instance, shard: string, timeMs: number, ...given: readonly number[]): Promise<void> {
    for (const value of given) await world.take(by, shard, world.put(shard, [value, timeMs]));
  }

  it.each([1, 3, 4, 5, 11])('begins behind %i commits in a ring of four', async (commits) => {
    const values = Array.from({ length: commits }, (_, value) => value);
    await takeEach(old, 's1', 1, ...values);
    for (const value of [12, 13, 14, 15, 16, 17]) {
      await takeEach(now, 's1', 2, value);
      await world.receiveAll(now);
    }
    await takeEach(now, 's1', 20, 18);
    await world.receiveAll(now);
    const behind = { '0@0': 2 ** 12 + 2 ** 15, '1@0': 2 ** 13 + 2 ** 16, '2@0': 2 ** 14 + 2 ** 17 };
    expect(outcome(world)).toEqual({ before: 2 ** commits - 1, behind });
  });

  it('stops a sender whose receivers have not begun once its ring is full of rows, and no sooner', async () => {
    await takeEach(old, 's1', 1, 0, 1, 2, 3, 4);
    await takeEach(now, 's1', 1, 5, 6, 7, 8);
    const [record] = world.put('s1', [9, 1]);
    const batch = [record as NonNullable<typeof record>];
    await expect(world.take(now, 's1', batch)).rejects.toMatchObject({ code: 'RING_FULL' });
    await world.receiveAll(now);
    await world.take(now, 's1', batch);
    await takeEach(now, 's1', 50, 10);
    await world.receiveAll(now);
    expect(outcome(world).behind).toEqual({ '0@0': 2 ** 6 + 2 ** 9, '1@0': 2 ** 7, '2@0': 2 ** 5 + 2 ** 8 });
  });

  it('refuses code that does not know it where code that does has committed', async () => {
    await takeEach(old, 's1', 1, 0);
    await takeEach(now, 's1', 1, 1);
    await expect(takeEach(old, 's1', 1, 2)).rejects.toMatchObject({ code: 'STATE_SCHEMA_CHANGED' });
  });

  it('goes on behind a shard that code without it writes to for longer', async () => {
    world.open('s1', 's2');
    await takeEach(old, 's2', 5, 0, 1);
    await takeEach(now, 's1', 1, 2);
    await takeEach(old, 's2', 6, 3, 4, 5);
    await takeEach(now, 's1', 30, 6);
    await world.receiveAll(now);
    expect(outcome(world)).toEqual({ before: 0b111011, behind: {} });
    await takeEach(now, 's2', 30, 7);
    await world.receiveAll(now);
    expect(outcome(world)).toEqual({ before: 0b111011, behind: { '2@0': 2 ** 2 } });
  });

  it('is begun in logs without records by a tick', async () => {
    world.open('s1', 's2');
    await takeEach(old, 's2', 5, 0, 1);
    await takeEach(now, 's1', 6, 2);
    await world.tick(now, 0);
    await world.receiveAll(now);
    expect((await world.head(world.shardLog('s2'))).sent).toMatchObject({ generation: 1, sinceVersion: 3 });
    // By then both shards are idle.
    await world.tick(now, 600_000);
    await world.receiveAll(now);
    expect(outcome(world)).toEqual({ before: 0b11, behind: { '2@0': 2 ** 2 } });
  });

  it('follows shards that were split before it', async () => {
    await takeEach(old, 's1', 1, 0);
    world.reshard(['s1'], 'l', 'r');
    await takeEach(old, 'l', 2, 1, 2);
    await takeEach(old, 'r', 2, 3);
    await takeEach(now, 'l', 3, 4, 5);
    await world.receiveAll(now);
    await takeEach(now, 'r', 3, 6);
    await takeEach(now, 'l', 30, 7);
    await takeEach(now, 'r', 30, 8);
    await world.receiveAll(now);
    const behind = { '0@0': 2 ** 6, '1@0': 2 ** 4, '2@0': 2 ** 5 };
    expect(outcome(world)).toEqual({ before: 0b1111, behind });
  });

  it('reads a merged shard behind all its parents, though code without it has sealed one of them', async () => {
    world.open('s1', 's2');
    await takeEach(old, 's1', 1, 0);
    await takeEach(now, 's2', 1, 1);
    const left = world.put('s2', [4, 2]);
    world.reshard(['s1', 's2'], 'm');
    const merged = world.put('m', [7, 3]);
    // It seals the first parent, and finds code that knows the exchange in the log of the other.
    await expect(world.take(old, 'm', merged)).rejects.toMatchObject({ code: 'STATE_SCHEMA_CHANGED' });
    expect((await world.head(world.shardLog('s1'))).sealedFor).toEqual(['m']);
    await world.receiveAll(now);
    // Of which parents the child is shows once it has begun.
    for (const receiver of [0, 1])
      for (const { logId, version, isDone } of (await world.head(world.receiverLog(receiver)))?.positions ?? [])
        expect([logId, version, isDone]).toEqual([logId, logId === world.shardLog('s1') ? 0 : 1, false]);
    await world.take(now, 's2', left);
    await world.take(now, 'm', merged);
    await world.receiveAll(now);
    const log = world.receiverLog((await world.head(world.receiverLog(0))).version > 0 ? 0 : 1);
    expect((await world.head(log)).positions.map(({ logId }) => logId)).toEqual([world.shardLog('m')]);
    await takeEach(now, 'm', 30, 10);
    await world.receiveAll(now);
    expect(outcome(world)).toEqual({ before: 1, behind: { '1@0': 2 ** 1 + 2 ** 4 + 2 ** 7 } });
  });

  it('is damaged where its first entry is gone', async () => {
    await takeEach(old, 's1', 1, 0);
    await takeEach(now, 's1', 1, 1);
    const logId = world.shardLog('s1');
    const entries = await world.world.entries(logId);
    const head = entries.at(-1) as (typeof entries)[number];
    const { sent } = head as { sent: NonNullable<typeof head.sent> };
    // As if others had gone on for a round without the gate.
    const read = world.world.logs.read.bind(world.world.logs);
    const later = [6, 7, 8, 9].map((version) => ({
      ...head,
      version,
      commitId: `c${version}`,
      previousCommitId: `c${version - 1}`,
      sent: { ...sent, sinceVersion: 2 },
    }));
    world.world.logs.read = async (id: string, slots: readonly number[]) =>
      id === logId ? later.filter(({ version }) => slots.includes(version % 4)) : read(id, slots);
    await expect(world.receive(now, 0)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
  });
});

const TIMED = pipeline('readings')
  .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1e9 });

const counted = (allowedLatenessMs: number): Pipeline =>
  TIMED.keyBy('key')
    .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs })
    .aggregate({ n: count() })
    .to(resultTable());

describe('windows behind which an exchange is added', () => {
  it('keep what they have, and hold time back by their lateness', async () => {
    const world = new ExchangeWorld(twoLevels({ isInPlace: true, allowedLatenessMs: 40 }));
    world.open('s1', 's2');
    const [old, now] = [world.instance(counted(40)), world.instance()];
    // The window [10, 20) has given its first result by then, and is open for longer.
    for (const timeMs of [11, 12, 50]) await world.take(old, 's1', world.put('s1', [0, timeMs]));
    for (const timeMs of [13, 50]) await world.take(old, 's2', world.put('s2', [0, timeMs]));
    await world.take(now, 's1', world.put('s1', [0, 14]));
    await world.take(now, 's2', world.put('s2', [0, 15], [0, 16]));
    await world.receiveAll(now);
    for (const shard of ['s1', 's2']) {
      await world.take(now, shard, world.put(shard, [0, 61]));
      await world.take(now, shard, world.put(shard, [0, 101]));
    }
    await world.receiveAll(now);
    // Two windows of three records each, and of those at 50 one each.
    expect(world.counts).toMatchObject({ '3@0': 2 });
    expect(world.world.sink.lateRecords).toEqual([]);
  });

  it('hand down no time with a seal from before it', async () => {
    const world = new ExchangeWorld(twoLevels({ isInPlace: true, allowedLatenessMs: 40 }));
    world.open('s1');
    const [old, now] = [world.instance(counted(40)), world.instance()];
    for (const timeMs of [11, 50]) await world.take(old, 's1', world.put('s1', [0, timeMs]));
    world.reshard(['s1'], 'l');
    await world.take(old, 'l', world.put('l', [0, 50]));
    await world.receiveAll(now);
    await world.take(now, 'l', world.put('l', [0, 12]));
    for (const timeMs of [61, 101, 150]) await world.take(now, 'l', world.put('l', [0, timeMs]));
    await world.receiveAll(now);
    expect(world.counts).toMatchObject({ '1@0': 2 });
    expect(world.world.sink.lateRecords).toEqual([]);
  });

  it('are refused where their own key changes', async () => {
    const changed = keyedAnew();
    const world = new ExchangeWorld(changed);
    world.open('s1');
    await world.take(world.instance(counted(0)), 's1', world.put('s1', [0, 1]));
    await expect(world.take(world.instance(), 's1', world.put('s1', [0, 1]))).rejects.toMatchObject({
      code: 'STATE_SCHEMA_CHANGED',
      message: expect.stringContaining('append .keyBy'),
    });
  });
});

describe('a second exchange that is added', () => {
  it('begins at receivers whose number has changed before', async () => {
    const all = passingOn({ first: [1, 2], added: [2], maxOutOfOrdernessMs: 100 });
    const world = new ExchangeWorld(all, { slots: 8 });
    world.open('s1');
    const [first, second] = [
      passingOn({ first: [1], maxOutOfOrdernessMs: 100 }),
      passingOn({ first: [1, 2], maxOutOfOrdernessMs: 100 }),
    ];
    let value = 0;
    for (const definition of [first, second, all]) {
      const instance = world.instance(definition);
      for (let commit = 0; commit < 12; commit++) {
        await world.take(instance, 's1', world.put('s1', [value++, 1]));
        await world.receiveAll(instance);
      }
    }
    const last = world.instance();
    await world.take(last, 's1', world.put('s1', [value, 200]));
    for (let minute = 1; minute < 4; minute++) {
      await world.receiveAll(last);
      await world.tick(last, minute * 600_000);
    }
    await world.receiveAll(last);
    const { before, behind } = outcome(world);
    expect(before).toBe(2 ** 24 - 1);
    const total = Object.values(behind).reduce((sum: number, n: number) => sum + n, 0);
    expect(total).toBe(2 ** 37 - 2 ** 24);
  });
});
