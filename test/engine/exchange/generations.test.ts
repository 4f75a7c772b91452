import { describe, expect, it } from '@jest/globals';
import { rangeOfReceiver, receiverOf, receiversIn, rungReceivers } from '../../../engine/exchange/receivers.ts';
import { hashOfKey, MAX_HASH } from '../../../engine/codec/key-hash.ts';
import { kinesis, pipeline, resultTable, value, type Pipeline } from '../../../engine/index.ts';
import { READING } from '../support/readings.ts';
import { ExchangeWorld, HIGH, keyedAnew, LOW, twoLevels } from './exchange-world.ts';

const CHANGES = [
  [1, 2],
  [2, 1],
  [2, 3],
  [4, 3],
] as const;

describe('the keys of receivers', () => {
  it.each([1, 2, 3, 7, 256])('are parted evenly and without a gap among %i', (receivers) => {
    let next = 0n;
    for (let receiver = 0; receiver < receivers; receiver++) {
      const { fromHash, toHash } = rangeOfReceiver(receiver, { receivers });
      expect(fromHash).toBe(next);
      next = toHash + 1n;
    }
    expect(next - 1n).toBe(MAX_HASH);
    for (const key of Array.from({ length: 100 }, (_, i) => `key ${i}`)) {
      const { fromHash, toHash } = rangeOfReceiver(receiverOf(key, receivers), { receivers });
      expect(hashOfKey(key) >= fromHash && hashOfKey(key) <= toHash).toBe(true);
    }
  });

  it('meet those of another number of receivers where they have some in common', () => {
    expect(receiversIn(rangeOfReceiver(0, { receivers: 2 }), { receivers: 3 })).toEqual([0, 1]);
    expect(receiversIn(rangeOfReceiver(1, { receivers: 3 }), { receivers: 2 })).toEqual([0, 1]);
    expect(receiversIn(rangeOfReceiver(3, { receivers: 4 }), { receivers: 2 })).toEqual([1]);
  });
});

describe.each(CHANGES)('%i receivers that become %i', (from, to) => {
  const old = keyedAnew({ receivers: from });
  const changed = keyedAnew({ receivers: [from, to] });

  async function halfway() {
    const world = new ExchangeWorld(old, { slots: 8 });
    world.open('s1', 's2');
    const before = world.instance();
    await world.take(before, 's1', world.put('s1', [LOW, 1], [HIGH, 2], [LOW, 12]));
    await world.take(before, 's2', world.put('s2', [LOW, 3], [HIGH, 11]));
    await world.receiveAll(before);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${HIGH}@0`]: 1 });
    return { world, before, after: world.instance(changed) };
  }

  it('go on with what the others had counted, and with no row twice', async () => {
    const { world, after } = await halfway();
    await world.take(after, 's1', world.put('s1', [LOW, 13], [HIGH, 14], [LOW, 25]));
    await world.receiveAll(after);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${HIGH}@0`]: 1 });
    await world.take(after, 's2', world.put('s2', [LOW, 14], [LOW, 31]));
    await world.receiveAll(after);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${HIGH}@0`]: 1, [`${LOW}@10`]: 3, [`${HIGH}@10`]: 2 });
  });

  it('wait for a sender that has not gone on; a tick has it go on', async () => {
    const { world, after } = await halfway();
    await world.take(after, 's1', world.put('s1', [LOW, 13], [LOW, 40]));
    await world.receiveAll(after);
    for (let receiver = 0; receiver < to; receiver++) {
      const { source, incarnation } = { source: 'by-value', incarnation: '2' };
      expect(await world.head(`readings/1/${source}/${incarnation}/r${receiver}`)).toBeUndefined();
    }
    // By then the other shard is idle, and follows.
    await world.tick(after, 600_000);
    await world.receiveAll(after);
    await world.tick(after, 700_000);
    await world.receiveAll(after);
    const [low, high] = [
      { [`${LOW}@0`]: 2, [`${LOW}@10`]: 2, [`${LOW}@40`]: 1 },
      { [`${HIGH}@0`]: 1, [`${HIGH}@10`]: 1 },
    ];
    expect(world.counts).toEqual({ ...low, ...high });
  });

  it('take rows that old code has written behind the cut', async () => {
    const { world, before, after } = await halfway();
    await world.take(after, 's1', world.put('s1', [LOW, 13]));
    await world.take(before, 's1', world.put('s1', [LOW, 14], [HIGH, 15]));
    await world.take(after, 's2', world.put('s2', [HIGH, 16]));
    await world.take(before, 's2', world.put('s2', [LOW, 50]));
    await world.receiveAll(before);
    await world.receiveAll(after);
    await world.take(before, 's1', world.put('s1', [HIGH, 50]));
    await world.receiveAll(after);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2, [`${HIGH}@0`]: 1, [`${LOW}@10`]: 3, [`${HIGH}@10`]: 3 });
  });

  it('let the old ones, of old code, rest once they are sealed', async () => {
    const { world, before, after } = await halfway();
    await world.take(after, 's1', world.put('s1', [LOW, 13]));
    await world.take(after, 's2', world.put('s2', [LOW, 50]));
    await world.receiveAll(after);
    await world.take(after, 's1', world.put('s1', [LOW, 14], [LOW, 50]));
    for (let receiver = 0; receiver < from; receiver++)
      expect(await world.receive(before, receiver)).toMatchObject({ isDrained: true, recordsIn: 0 });
    await world.receiveAll(after);
    expect(world.counts).toMatchObject({ [`${LOW}@10`]: 3 });
  });

  it('stop no sender for longer than it takes to go over', async () => {
    const { world, after } = await halfway();
    for (let round = 0; round < 40; round++) {
      for (const shard of ['s1', 's2']) await world.take(after, shard, world.put(shard, [LOW, 20 + round]));
      await world.receiveAll(after);
    }
    expect(world.counts).toMatchObject({ [`${LOW}@20`]: 20, [`${LOW}@30`]: 20, [`${LOW}@40`]: 20 });
  });

  it('go on behind a sender without records, by a tick alone', async () => {
    const { world, after } = await halfway();
    await world.take(after, 's1', world.put('s1', [LOW, 13]));
    await world.tick(after, 0);
    await world.receiveAll(after);
    expect((await world.head('readings/1/by-value/2/r0')).version).toBe(2);
  });

  it('let no sender overwrite what those before them have not taken', async () => {
    const { world, after } = await halfway();
    // Its ring has eight places, of which two are free for what no receiver has taken.
    const puts = Array.from({ length: 20 }, (_, i) => world.put('s1', [LOW, 20 + i]));
    const taking = puts.reduce<Promise<unknown>>(
      (before, records) => before.then(() => world.take(after, 's1', records)),
      Promise.resolve(),
    );
    await expect(taking).rejects.toMatchObject({ code: 'RING_FULL' });
    for (const records of puts) {
      await world.tick(after, 0);
      await world.receiveAll(after);
      await world.take(after, 's1', records);
    }
    await world.take(after, 's2', world.put('s2', [LOW, 90]));
    await world.receiveAll(after);
    expect(world.counts).toMatchObject({ [`${LOW}@20`]: 10 });
  });

  it('are not those of a definition that means another number by the same generation', async () => {
    const { world, after } = await halfway();
    await world.take(after, 's1', world.put('s1', [LOW, 13]));
    const other = world.instance(keyedAnew({ receivers: [from, to + 5] }));
    const settling = world.take(other, 's2', world.put('s2', [LOW, 13]));
    await expect(settling).rejects.toMatchObject({ code: 'RECEIVERS_CHANGED' });
  });
});

/** Says how many readings a value has had, whenever it has been quiet for a second. */
const whenQuiet = (receivers: readonly [number, ...number[]]): Pipeline =>
  pipeline('readings')
    .source(kinesis({ stream: 'departures', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1e9 })
    .keyBy('value', { receivers })
    .process({
      version: 1,
      state: { n: value<number>() },
      results: { n: 'integer' },
      onRecord(_, { state, processingTimeMs, setProcessingTimer }) {
        state.n.set((state.n.get() ?? 0) + 1);
        setProcessingTimer(processingTimeMs + 1_000);
      },
      onTimer: (_, { state, emit }) => emit({ n: state.n.get() ?? 0 }),
    })
    .to(resultTable());

describe('the clock of receivers that end', () => {
  it('stands still at the cut: what is behind it has arrived', async () => {
    const world = new ExchangeWorld(whenQuiet([2]));
    world.open('s1');
    const [before, after] = [world.instance(), world.instance(whenQuiet([2, 3]))];
    await world.take(before, 's1', world.put('s1', [LOW, 1]));
    await world.receiveAll(before);
    await world.take(after, 's1', world.put('s1', [LOW, 2]));
    await world.world.clock.sleep(5_000);
    await world.receiveAll(before);
    expect(world.world.sink.results).toEqual([]);
    await world.receiveAll(after);
    expect(world.world.sink.results.map(({ values }) => values)).toEqual([{ n: 2 }]);
  });
});

describe('receivers whose number changes more than once', () => {
  it('take over one from the other, whichever were ever at work', async () => {
    const world = new ExchangeWorld(keyedAnew({ receivers: 2 }));
    world.open('s1');
    await world.take(world.instance(), 's1', world.put('s1', [LOW, 1], [HIGH, 2]));
    const histories = [
      [2, 3],
      [2, 3, 1],
      [2, 3, 1, 4],
    ] as const;
    for (const receivers of histories) {
      const instance = world.instance(keyedAnew({ receivers }));
      await world.take(instance, 's1', world.put('s1', [LOW, 3], [HIGH, 4]));
    }
    const last = world.instance(keyedAnew({ receivers: histories[2] }));
    await world.take(last, 's1', world.put('s1', [LOW, 20]));
    await world.receiveAll(last);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 4, [`${HIGH}@0`]: 4 });
  });

  it('change in front of another exchange, whose receivers follow the seals', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 2 }), { slots: 16 });
    world.open('s1');
    const [before, after] = [world.instance(), world.instance(twoLevels({ receivers: [2, 3] }))];
    await world.take(before, 's1', world.put('s1', [LOW, 1], [HIGH, 2], [HIGH, 3]));
    await world.receiveAll(before);
    await world.take(after, 's1', world.put('s1', [LOW, 4], [LOW, 45]));
    for (let round = 0; round < 6; round++) {
      await world.receiveAll(after);
      await world.tick(after, 600_000 + round * 60_000);
    }
    await world.receiveAll(after);
    // One key with two readings and one with two: both windows of [0, 10) have counted two.
    expect(world.counts).toMatchObject({ '2@0': 2 });
  });

  it('are rung by old code under their old numbers', () => {
    const { exchange } = new ExchangeWorld(keyedAnew({ receivers: [4, 2] }));
    expect(rungReceivers(exchange, 1)).toEqual([1]);
    expect(rungReceivers(exchange, 3)).toEqual([1]);
    expect(() => rungReceivers(exchange, 4)).toThrow('receiver of by-value must be a whole number below 2, got 4');
  });
});
