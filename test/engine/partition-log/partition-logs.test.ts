import { describe, expect, it } from '@jest/globals';
import type { LogSettings } from '../../../engine/partition-log/log-settings.ts';
import { PartitionLogs } from '../../../engine/partition-log/partition-logs.ts';
import type { SourcePartition } from '../../../engine/record.ts';
import { step } from '../../../engine/step.ts';
import { SHARD } from '../../support/samples.ts';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

const partition = (name: string): SourcePartition => ({ ...SHARD, partition: name });

function settingsOf({ settings, logs, blobs, clock }: World): LogSettings {
  let ids = 0;
  return { ...settings, logs, blobs, clock, random: { id: () => `commit-${(ids += 1)}-of-these`, unit: () => 0 } };
}

/** Logs of an instance whose memory holds so many panes, each log with one pane of its own. */
async function holding(maxPanes: number, ...names: string[]) {
  const world = new World();
  const logs = new PartitionLogs(settingsOf(world), maxPanes);
  const take = (name: string) =>
    logs.use(
      partition(name),
      async (log) =>
        void (await log.commit(step(world.settings.topology, log.state, [reading(log.version + 1, name, 5)]))),
    );
  for (const name of names) await take(name);
  /** Whether a use of it reads the log. */
  const isForgotten = async (name: string): Promise<boolean> => {
    const before = world.logs.reads;
    await logs.use(partition(name), async () => undefined);
    return world.logs.reads > before;
  };
  return { world, logs, take, isForgotten };
}

describe('the logs in memory', () => {
  it('are all kept up to the limit itself', async () => {
    const { isForgotten } = await holding(2, 'a', 'b');
    expect([await isForgotten('a'), await isForgotten('b')]).toEqual([false, false]);
  });

  it('are dropped beyond it, the least recently used first, and no more than needed', async () => {
    const { isForgotten } = await holding(2, 'a', 'b', 'a', 'c');
    expect([await isForgotten('a'), await isForgotten('c'), await isForgotten('b')]).toEqual([false, false, true]);
  });

  it('keep the one in use, however large it is', async () => {
    const { isForgotten } = await holding(0, 'a', 'b');
    expect([await isForgotten('b'), await isForgotten('a')]).toEqual([false, true]);
  });

  it('are read again by who needs the newest, where another instance has gone on', async () => {
    const { world, logs, take } = await holding(9, 'a');
    const other = new PartitionLogs(settingsOf(world), 9);
    await other.use(
      partition('a'),
      async (log) => void (await log.commit(step(world.settings.topology, log.state, [reading(2, 'a', 6)]))),
    );
    expect(await logs.use(partition('a'), async ({ version }) => version)).toBe(1);
    expect(await logs.useNewest(partition('a'), async ({ version }) => version)).toBe(2);
    await take('a');
    const before = world.logs.puts.length;
    const { reads } = world.logs;
    expect(await logs.useNewest(partition('a'), async ({ version }) => version)).toBe(3);
    // One slot says that it is the newest; the log is not read again.
    expect([world.logs.reads - reads, world.logs.puts.length - before]).toEqual([1, 0]);
  });

  it('have one use at a time each, in the order of the asking, also after the first has ended', async () => {
    const { logs } = await holding(9, 'a');
    const seen: string[] = [];
    const useFor = (name: string, turns: number) =>
      logs.use(partition('a'), async () => {
        seen.push(`${name} begins`);
        for (let i = 0; i < turns; i++) await Promise.resolve();
        seen.push(`${name} ends`);
      });
    const first = useFor('first', 1);
    const second = useFor('second', 50);
    await first;
    await Promise.all([second, useFor('third', 1)]);
    expect(seen).toEqual(['first begins', 'first ends', 'second begins', 'second ends', 'third begins', 'third ends']);
  });
});
