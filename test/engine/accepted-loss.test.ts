import { describe, expect, it } from '@jest/globals';
import { fromLogItem, toLogItem } from '../../adapters/dynamodb/log-item.ts';
import { restoreSnapshot } from '../../engine/partition-log/restore-snapshot.ts';
import { unpackSnapshot, type PackedSnapshot } from '../../engine/partition-log/snapshot.ts';
import { encodeSnapshot } from '../../engine/partition-log/snapshot-writer.ts';
import type { Progress } from '../../engine/state/progress.ts';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import { emptyState } from '../../engine/state/partition-state.ts';
import { noChange } from '../../engine/state/state-change.ts';
import { currentForm } from '../../engine/state/state-form.ts';
import { step } from '../../engine/step.ts';
import { sampleEntry } from '../support/samples.ts';
import { reading, topologyOf } from './support/readings.ts';
import { partitionOf, StreamWorld, type StreamInstance } from './support/stream-world.ts';

/** Commits that the records behind `reached` and before `resumeAt` are lost, as an operator's command does. */
async function accept({ inner }: StreamInstance, shard: string, resumeAt: Progress['resumeAt']): Promise<void> {
  await inner.processor.logs.useNewest(partitionOf(shard), async (log) => {
    await log.commit({ change: { ...noChange(log.state), resumeAt }, outbox: EMPTY_OUTBOX });
  });
}

/** Twenty readings put, the first five of them counted, by a function that is gone. */
async function worldAt5(): Promise<StreamWorld> {
  const stream = new StreamWorld();
  stream.open('shard');
  const records = stream.put('shard', ...Array.from({ length: 20 }, (_, i) => ['a', i] as const));
  await stream.instance().take('shard', records.slice(0, 5));
  return stream;
}

const MISSING = { kind: 'internal', code: 'RECORDS_MISSING' };

describe('a hole that an operator has accepted', () => {
  it('lets the batch that begins at its end in, and that batch closes it', async () => {
    const stream = await worldAt5();
    const rest = stream.all('shard').slice(8);
    await expect(stream.instance().take('shard', rest)).rejects.toMatchObject(MISSING);
    await accept(stream.instance(), 'shard', 9n);
    expect(await stream.instance().take('shard', rest)).toMatchObject({ recordsIn: 12 });
    expect(await stream.head('shard')).toMatchObject({
      reached: 20n,
      resumeAt: undefined,
      counters: { recordsIn: 17 },
    });
  });

  it('lets the records in that lie in it, if they come after all', async () => {
    const stream = await worldAt5();
    await accept(stream.instance(), 'shard', 9n);
    expect(await stream.instance().take('shard', stream.all('shard').slice(6))).toMatchObject({ recordsIn: 14 });
  });

  it('ends where it was accepted: a batch that leaves out more is refused', async () => {
    const stream = await worldAt5();
    await accept(stream.instance(), 'shard', 9n);
    const later = stream.instance().take('shard', stream.all('shard').slice(9));
    await expect(later).rejects.toMatchObject({ ...MISSING, context: { reached: '5', from: '6', to: '10' } });
  });

  it('is closed for good by the next record: a second hole is refused', async () => {
    const stream = await worldAt5();
    await accept(stream.instance(), 'shard', 9n);
    await stream.instance().take('shard', stream.all('shard').slice(8, 9));
    const later = stream.instance().take('shard', stream.all('shard').slice(11));
    await expect(later).rejects.toMatchObject({ ...MISSING, context: { reached: '9', from: '10', to: '12' } });
  });

  it('reaches a function that has the log in memory: it is fenced, reloads and goes on', async () => {
    const stream = await worldAt5();
    const warm = stream.instance();
    const rest = stream.all('shard').slice(8);
    await expect(warm.take('shard', rest)).rejects.toMatchObject(MISSING);
    expect(await warm.inner.processor.logs.use(partitionOf('shard'), async ({ version }) => version)).toBe(1);
    await accept(stream.instance(), 'shard', 9n);
    // It holds version 1 still: only the log that it reads anew has the hole.
    expect(await warm.take('shard', rest)).toMatchObject({ recordsIn: 12, commits: 1 });
    expect(await stream.head('shard')).toMatchObject({ version: 3, reached: 20n });
  });
});

describe('what keeps an accepted hole open', () => {
  const topology = topologyOf();
  const open = { ...emptyState(topology), resumeAt: 9n };

  it('is a step that takes no record: the rest of a move that was pending', () => {
    expect(step(topology, open, []).change.resumeAt).toBe(9n);
    expect(step(topology, open, [reading(9, 'a', 0)]).change.resumeAt).toBeUndefined();
  });

  it('is the commit of a tick: no record has come', async () => {
    const stream = await worldAt5();
    await accept(stream.instance(), 'shard', 9n);
    stream.catalog.remains = () => 'none yet';
    expect(await stream.instance().tick(600_000)).toBe(1);
    expect(await stream.head('shard')).toMatchObject({ version: 3, resumeAt: 9n });
  });
});

describe('an accepted hole in what is stored', () => {
  const topology = topologyOf();
  const header = { logId: 'log', version: 1, commitId: 'c' };
  const snapshotOf = (progress: Partial<Progress>): PackedSnapshot =>
    unpackSnapshot(encodeSnapshot(header, { ...emptyState(topology), ...progress }, topology));

  it.each([9n, 'end', undefined] as const)('comes back from a slot and from a snapshot: %s', (resumeAt) => {
    expect(fromLogItem(toLogItem('log', 1, sampleEntry(1, { resumeAt })))).toEqual(sampleEntry(1, { resumeAt }));
    expect(restoreSnapshot([snapshotOf({ resumeAt })], topology, currentForm(topology)).resumeAt).toBe(resumeAt);
  });

  it('is none in a slot of the release before, which had five counters', () => {
    const { resumeAt: _, ...item } = toLogItem('log', 1, sampleEntry(1));
    const counters = { L: item['counters']?.L?.slice(0, 5) ?? [] };
    const entry = sampleEntry(1);
    expect(fromLogItem({ ...item, counters })).toEqual({
      ...entry,
      resumeAt: undefined,
      counters: { ...entry.counters, lossesAccepted: 0 },
    });
  });

  it('adds nothing to the slot of a log that has no loss', () => {
    const { counters } = sampleEntry(1);
    const none = sampleEntry(1, { resumeAt: undefined, counters: { ...counters, lossesAccepted: 0 } });
    const item = toLogItem('log', 1, none);
    expect([item['counters']?.L?.length, 'resumeAt' in item]).toEqual([5, false]);
  });

  it('is none in a snapshot of the release before', () => {
    const packed = snapshotOf({});
    const { lossesAccepted: _, ...counters } = packed.header.progress.counters;
    const { resumeAt: __, ...progress } = packed.header.progress;
    const before = { ...packed, header: { ...packed.header, progress: { ...progress, counters } } } as PackedSnapshot;
    const state = restoreSnapshot([before], topology, currentForm(topology));
    expect(state).toMatchObject({ resumeAt: undefined, counters: { recordsIn: 0, lossesAccepted: 0 } });
  });
});
