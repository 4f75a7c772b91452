import { describe, expect, it } from '@jest/globals';
import { hours, minutes } from '../../../engine/index.ts';
import { partitionOfLog } from '../../../engine/partition-log/log-id.ts';
import type { LogStore } from '../../../engine/ports.ts';
import { TickMemory } from '../../../engine/tick/tick-memory.ts';
import { MINUTE_MS, refund, sale, START_MS, turnover } from './turnover.ts';
import { UnionWorld } from './union-world.ts';

/** Two sources with a shard each, whose records both receivers have taken, and warm instances that tick for them. */
async function atRest() {
  const world = new UnionWorld(turnover(), { sales: ['s1'], refunds: ['0'] });
  const { clock, blobs } = world.world;
  const logs: LogStore = world.world.logs;
  await clock.sleep(START_MS + hours(2));
  await world.take('sales', 's1', sale('north', 1, 1));
  await world.take('refunds', '0', refund('north', 100, 1));
  await world.receiveAll();
  const memories = { sales: new TickMemory(), refunds: new TickMemory() };
  const read = logs.read.bind(logs);
  const get = blobs.get.bind(blobs);
  let reads: string[] = [];
  logs.read = (logId, slots, consistency) => {
    const { stage, source, partition } = partitionOfLog(logId);
    const entries = slots.length === 1 ? 'one slot' : 'the ring';
    reads.push(`${stage === '0' ? source : partition}: ${entries}${consistency === 'eventual' ? ', perhaps' : ''}`);
    return read(logId, slots, consistency);
  };
  blobs.get = (key) => {
    reads.push(key);
    return get(key);
  };
  /** What the tick of a source reads. */
  const tick = async (source: 'sales' | 'refunds') => {
    reads = [];
    world.rung.length = 0;
    const { failures } = await world.tick(source, memories[source]);
    expect(failures).toEqual([]);
    return reads.sort();
  };
  await clock.sleep(minutes(5));
  for (let round = 0; round < 3; round++) {
    for (const source of ['sales', 'refunds'] as const) {
      await tick(source);
      await world.receiveAll();
    }
  }
  return { world, tick };
}

describe('a tick that looks at receivers', () => {
  it('reads at rest one slot of each receiver, and of each sender one for all receivers', async () => {
    const { world, tick } = await atRest();
    const found = await tick('sales');
    expect(world.rung).toEqual([]);
    expect(found.filter((one) => !one.includes('/'))).toEqual([
      'r0: one slot',
      'r1: one slot',
      // As what it follows, and as what receivers read.
      'refunds: one slot',
      'refunds: one slot',
      // Its own log: looked at, moved, and as what receivers read.
      'sales: one slot',
      'sales: one slot',
      'sales: one slot',
    ]);
  });

  it('asks of a manifest that it knows only whether another one follows', async () => {
    const { tick } = await atRest();
    expect((await tick('sales')).filter((one) => one.includes('/'))).toEqual([
      'exchanges/turnover/by-shop/1.2@refunds',
    ]);
  });

  it('calls a receiver that has not read what another one has, and no other', async () => {
    for (const [behind, ahead] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { world, tick } = await atRest();
      await world.take('sales', 's1', sale('north', 1, 130));
      await world.receive(ahead);
      await tick('refunds');
      expect(world.rung).toEqual([behind]);
    }
  });

  it('sees what a receiver has committed since the tick before', async () => {
    const { world, tick } = await atRest();
    for (let minute = 130; minute < 140; minute++) {
      await world.take('sales', 's1', sale('north', 1, minute));
      await world.receiveAll();
      await tick('refunds');
      expect(world.rung).toEqual([]);
    }
  });

  it('sees how far the other source has come since the tick before', async () => {
    const { world, tick } = await atRest();
    await world.take('sales', 's1', sale('north', 1, 130));
    await tick('refunds');
    await world.take('sales', 's1', sale('north', 1, 150));
    await world.receiveAll();
    await tick('refunds');
    expect((await world.head('refunds', '0')).watermarkMs).toBe(START_MS + 150 * MINUTE_MS);
  });

  it('follows the newest of a source that was made again since the tick before', async () => {
    const { world, tick } = await atRest();
    world.feed('sales').makeAgain(['s1']);
    await world.world.clock.sleep(1_000);
    await world.take('sales', 's1', sale('north', 1, 130), sale('north', 1, 150));
    await world.receiveAll();
    await tick('refunds');
    expect((await world.head('refunds', '0')).watermarkMs).toBe(START_MS + 150 * MINUTE_MS);
  });
});
