import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { checkChain, readHead } from '../../../engine/partition-log/read-log.ts';
import { sampleEntry } from '../../support/samples.ts';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

/** A log with this many versions. */
async function worldWith(versions: number, slots: number): Promise<World> {
  const world = new World({ slots });
  const instance = world.instance();
  for (let i = 1; i <= versions; i++) await instance.process(reading(i, 'a', i));
  return world;
}

const entriesOf = (first: number, last: number): LogEntry[] =>
  Array.from({ length: last - first + 1 }, (_, i) => sampleEntry(first + i));

describe('the chain of commits (PL-7)', () => {
  it.each([
    { what: 'nothing', entries: [], versions: [] },
    { what: 'one entry', entries: entriesOf(1, 1), versions: [1] },
    { what: 'a full first round', entries: entriesOf(1, 4), versions: [1, 2, 3, 4] },
    {
      what: 'a wrapped ring, in slot order',
      entries: [8, 5, 6, 7].map((version) => sampleEntry(version)),
      versions: [5, 6, 7, 8],
    },
  ])('is taken when it is whole: $what', ({ entries, versions }) => {
    const chain = checkChain(entries, 4);
    expect(typeof chain !== 'string' && chain.map(({ version }) => version)).toEqual(versions);
  });

  it.each([
    { what: 'a gap', entries: [sampleEntry(1), sampleEntry(3)], problem: '2 entries up to version 3' },
    { what: 'its beginning missing', entries: entriesOf(2, 3), problem: '2 entries up to version 3' },
    { what: 'a slot missing after the wrap', entries: entriesOf(3, 5), problem: '3 entries up to version 5' },
    {
      what: 'an entry too old for the ring',
      entries: [sampleEntry(1), ...entriesOf(3, 5)],
      problem: 'no version 2 below 5',
    },
    {
      what: 'a link that does not fit',
      entries: [sampleEntry(1), sampleEntry(2, { previousCommitId: 'another' })],
      problem: 'version 2 that does not follow 1',
    },
    {
      what: 'something before its beginning',
      entries: [sampleEntry(1, { previousCommitId: 'another' })],
      problem: 'version 1 that does not follow 0',
    },
  ])('is refused with $what', ({ entries, problem }) => {
    expect(checkChain(entries, 4)).toBe(problem);
  });

  it('is read again when a commit during the read tore it', async () => {
    const world = await worldWith(6, 4);
    let reads = 0;
    // Slot 2 was read after version 10 had come, the others before.
    world.logs.onRead = (entries) =>
      ++reads < 3 ? entries.map((entry) => (entry.version === 6 ? { ...entry, version: 10 } : entry)) : entries;
    const report = await world.instance().process(reading(6, 'a', 6), reading(7, 'a', 7));
    expect(report).toMatchObject({ recordsIn: 1, recordsReplayed: 1 });
    expect(world.clock.slept).toEqual([20, 20]);
  });

  it.each([
    { what: 'the halves are no chain', newest: 10 },
    { what: 'the halves are a chain that ends too early', newest: 9 },
  ])('is read right when commits wrap the ring in the middle of the read: $what', async ({ newest }) => {
    const world = await worldWith(6, 4);
    const other = world.instance();
    await other.process(reading(6, 'a', 6));
    const read = world.logs.read.bind(world.logs);
    world.logs.read = async (logId, slots) => {
      world.logs.read = read;
      const half = await read(logId, slots.slice(0, 2));
      for (let i = 7; i <= newest; i++) await other.process(reading(i, 'a', i));
      return [...half, ...(await read(logId, slots.slice(2)))];
    };
    expect(await world.instance().process(reading(newest, 'a', newest))).toMatchObject({
      recordsIn: 0,
      recordsReplayed: 1,
    });
    expect((await world.head()).counters.counted).toBe(newest);
    // A broken chain is read again after a pause; one that ends too early is found by the commit, which is fenced.
    expect(world.clock.slept).toEqual(newest === 10 ? [20] : []);
  });
});

describe('slots that somebody deleted (PL-2)', () => {
  it.each([
    { versions: 3, deleted: 1 },
    { versions: 3, deleted: 2 },
    { versions: 6, deleted: 3 },
    { versions: 6, deleted: 5 },
    { versions: 6, deleted: 6 },
  ])(
    'halt the partition with a clear error: version $deleted of $versions in a ring of 4',
    async ({ versions, deleted }) => {
      const world = await worldWith(versions, 4);
      world.logs.onRead = (entries) => entries.filter(({ version }) => version !== deleted);
      await expect(world.instance().process(reading(100, 'a', 1))).rejects.toMatchObject({
        kind: 'internal',
        code: 'LOG_DAMAGED',
        message: expect.stringMatching(
          /^log .+ must be one chain, got .+; restore the log table to a point in time before the change$/,
        ),
      });
      expect(world.logs.puts).toHaveLength(versions);
    },
  );

  it('all of them, halt the partition when snapshots tell that there was a log, and the error says all that has to go (R-15)', async () => {
    const world = await worldWith(3, 4);
    world.logs.onRead = () => [];
    await expect(world.instance().process(reading(1, 'a', 1))).rejects.toMatchObject({
      kind: 'internal',
      code: 'LOG_DELETED',
      message: `log ${world.logId} must have its 4 slots, got none though it has snapshots; restore the log table; or begin anew: delete the mapping, disable the tick, delete the slots and snapshots of this log and of every shard that came of it, make the mapping at TRIM_HORIZON`,
    });
  });
});

describe('the head, for those who only look', () => {
  it('is the newest entry', async () => {
    const world = await worldWith(6, 4);
    expect(await readHead(world.logs, world.clock, world.logId, 4)).toMatchObject({
      version: 6,
      reached: 6n,
      watermarkMs: 6,
    });
  });

  it('of a log that does not exist is undefined', async () => {
    const world = new World();
    expect(await readHead(world.logs, world.clock, world.logId, 8)).toBeUndefined();
  });
});
