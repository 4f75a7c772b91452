import { describe, expect, it } from '@jest/globals';
import type { LogStore, ReadConsistency } from '../../../engine/ports.ts';
import { everyProcessingTime } from '../../../engine/index.ts';
import { ExchangeWorld, keyedAnew, LOW, type KeyedAnewSettings } from './exchange-world.ts';

/** One sender and its receiver, in a ring as long as a deployed one, and what the receiver reads of the sender. */
function watched(settings: KeyedAnewSettings = {}) {
  const world = new ExchangeWorld(keyedAnew({ ...settings, receivers: 1 }), { slots: 64 });
  world.open('s1');
  const instance = world.instance();
  const logs: LogStore = world.world.logs;
  const read = logs.read.bind(logs);
  let seen: Array<readonly [ReadConsistency | undefined, number]> = [];
  const overlooked = { slots: [] as readonly number[] };
  logs.read = async (logId, slots, consistency) => {
    if (logId === world.shardLog('s1')) seen.push([consistency, slots.length]);
    const visible = consistency === 'eventual' ? slots.filter((slot) => !overlooked.slots.includes(slot)) : slots;
    return read(logId, visible);
  };
  const take = (timeMs: number) => world.take(instance, 's1', world.put('s1', [LOW, timeMs]));
  const receive = async () => {
    seen = [];
    const report = await world.receive(instance, 0);
    return { ...report, seen };
  };
  return { world, take, receive, overlooked };
}

describe('a receiver that reads a sender', () => {
  it('looks for the next entry and the one behind it, at half the price', async () => {
    const { take, receive } = watched();
    await take(1);
    expect(await receive()).toMatchObject({
      recordsIn: 1,
      isDrained: true,
      seen: [
        ['eventual', 1],
        ['eventual', 1],
      ],
    });
  });

  it('looks for more the more there are, and commits eight entries at once', async () => {
    const { take, receive } = watched();
    for (let timeMs = 0; timeMs < 12; timeMs++) await take(timeMs);
    const { seen, ...report } = await receive();
    expect(report).toMatchObject({ recordsIn: 12, commits: 2, isDrained: true });
    expect(seen.map(([, slots]) => slots)).toEqual([1, 1, 2, 4, 1, 1, 2, 4]);
  });

  it('takes what such a read overlooks when it would find nothing else', async () => {
    const { take, receive, overlooked } = watched();
    await take(1);
    overlooked.slots = [1];
    const { seen, ...report } = await receive();
    expect(report).toMatchObject({ recordsIn: 1, isDrained: true });
    expect(seen[1]).toEqual(['strong', 1]);
  });

  it('proves by a strong read that nothing is there', async () => {
    const { take, receive } = watched();
    await take(1);
    await receive();
    expect(await receive()).toMatchObject({
      recordsIn: 0,
      isDrained: true,
      seen: [
        ['eventual', 1],
        ['strong', 1],
      ],
    });
  });

  it('proves it too before the clock fires something, though it has found something', async () => {
    const { world, take, receive, overlooked } = watched({ trigger: { early: everyProcessingTime(100) } });
    await take(1);
    await receive();
    await world.world.clock.sleep(2_000);
    await take(2);
    await take(3);
    overlooked.slots = [3];
    const { seen } = await receive();
    expect(seen).toContainEqual(['strong', 1]);
    expect(world.world.sink.results.map(({ values }) => values['n'])).toEqual([3]);
  });

  it('goes on with the children of a sender whose seal it took', async () => {
    const { world, take, receive } = watched();
    await take(1);
    world.reshard(['s1'], 's1l');
    const late = world.instance();
    await world.take(late, 's1l', world.put('s1l', [LOW, 2]));
    expect(await receive()).toMatchObject({ recordsIn: 2, isDrained: true });
  });
});
