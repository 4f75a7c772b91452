import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { ExchangeWorld, keyedAnew, LOW, type Instance } from './exchange-world.ts';

const SLOTS = 4;

/** What happens before this log is read, or before its reader hears of it, one after the other. */
function meanwhile(
  world: ExchangeWorld,
  logId: string,
  when: 'before' | 'behind',
  works: Array<() => Promise<void>>,
): void {
  const { logs } = world.world;
  const read = logs.read.bind(logs);
  let isBusy = false;
  const work = async () => {
    isBusy = true;
    await works.shift()?.();
    isBusy = false;
  };
  logs.read = async (of, slots) => {
    const isHeld = of === logId && !isBusy;
    if (isHeld && when === 'before') await work();
    const found = await read(of, slots);
    if (isHeld && when === 'behind') await work();
    return found;
  };
}

/** As many entries as the ring holds, each taken by its receiver before the sender goes on. */
async function goRound(world: ExchangeWorld, instance: Instance, fromMs: number): Promise<void> {
  for (let timeMs = fromMs; timeMs < fromMs + SLOTS; timeMs++) {
    await world.receiveAll(instance);
    await world.take(instance, 's1', world.put('s1', [LOW, timeMs]));
  }
}

async function begun(settings: { readonly inlineLimitBytes?: number } = {}): Promise<ExchangeWorld> {
  const world = new ExchangeWorld(keyedAnew({ receivers: 1 }), { slots: SLOTS, ...settings });
  world.open('s1');
  const instance = world.instance();
  for (let timeMs = 0; timeMs < SLOTS; timeMs++) await world.take(instance, 's1', world.put('s1', [LOW, timeMs]));
  return world;
}

describe('a receiver that stands still behind a read', () => {
  it('does not take rows for lost that were deleted once another instance had taken them', async () => {
    const world = await begun({ inlineLimitBytes: 20 });
    meanwhile(world, world.shardLog('s1'), 'behind', [() => goRound(world, world.instance(), SLOTS)]);
    await world.receive(world.instance(), 0);
    await world.take(world.instance(), 's1', world.put('s1', [LOW, 10]));
    await world.receiveAll(world.instance());
    expect(world.counts).toEqual({ [`${LOW}@0`]: 2 * SLOTS });
  });

  it('halts on rows that were deleted while their entry is there', async () => {
    const world = await begun({ inlineLimitBytes: 20 });
    for (const key of await world.world.blobs.list('rows/')) await world.world.blobs.delete(key);
    await expect(world.receive(world.instance(), 0)).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      kind: 'internal',
    });
  });

  it('is behind, and no log is damaged, when that happens to it twice', async () => {
    const world = await begun();
    const others = world.instance();
    const round = (fromMs: number) => () => goRound(world, others, fromMs);
    meanwhile(world, world.shardLog('s1'), 'before', [round(4), round(8)]);
    const slow = world.instance();
    await expect(world.receive(slow, 0)).rejects.toMatchObject({ code: 'ENTRY_OVERWRITTEN', kind: 'fenced' });
    await world.receive(slow, 0);
    expect((await world.head(world.receiverLog(0))).positions).toMatchObject([{ version: 3 * SLOTS }]);
  });

  it('is behind when the sender has been sealed and forgotten since', async () => {
    const world = await begun();
    const others = world.instance();
    const goOn = async () => {
      await goRound(world, others, 8);
      world.reshard(['s1'], 'child');
      await world.receiveAll(others);
      await world.take(others, 'child', world.put('child', [LOW, 30]));
      await world.receiveAll(others);
    };
    meanwhile(world, world.shardLog('s1'), 'before', [() => goRound(world, others, 4), goOn]);
    await expect(world.receive(world.instance(), 0)).rejects.toMatchObject({
      code: 'ENTRY_OVERWRITTEN',
      kind: 'fenced',
    });
    expect((await world.head(world.receiverLog(0))).positions).toMatchObject([{ logId: world.shardLog('child') }]);
  });

  it('is behind when other receivers have taken over from it since, and gone on', async () => {
    const world = await begun();
    const [others, newer] = [world.instance(), world.instance(keyedAnew({ receivers: [1, 2] }))];
    const takeAll = async () => {
      await goRound(world, others, 4);
      await world.receiveAll(others);
    };
    const takeOver = async () => {
      await goRound(world, newer, 8);
      await goRound(world, newer, 12);
    };
    meanwhile(world, world.shardLog('s1'), 'before', [takeAll, takeOver]);
    const slow = world.instance();
    await expect(world.receive(slow, 0)).rejects.toMatchObject({ code: 'ENTRY_OVERWRITTEN', kind: 'fenced' });
    expect((await world.head(world.receiverLog(0))).sealedFor).toEqual(['r0', 'r1']);
    expect(await world.receive(slow, 0)).toMatchObject({ isDrained: true, recordsIn: 0 });
  });

  it('halts when an entry was overwritten that its log has not taken', async () => {
    const world = await begun();
    const logId = world.shardLog('s1');
    const last = await world.head(logId);
    const next: LogEntry = { ...last, version: 5, commitId: 'next', previousCommitId: last.commitId };
    await world.world.logs.put(logId, 1, next, 1);
    await expect(world.receive(world.instance(), 0)).rejects.toMatchObject({ code: 'LOG_DAMAGED', kind: 'internal' });
  });
});
