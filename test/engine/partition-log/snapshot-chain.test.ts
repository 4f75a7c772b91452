import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { snapshotPrefix, wholeVersionOf } from '../../../engine/partition-log/log-id.ts';
import { readSnapshot } from '../../../engine/partition-log/read-snapshot.ts';
import { slotOf } from '../../../engine/partition-log/ring.ts';
import { restoreSnapshot } from '../../../engine/partition-log/restore-snapshot.ts';
import { unpackSnapshot } from '../../../engine/partition-log/snapshot.ts';
import { extended, mayStandOn, MOST_IN_CHAIN, NO_CHAIN } from '../../../engine/partition-log/snapshot-chain.ts';
import type { Packing } from '../../../engine/partition-log/snapshot-writer.ts';
import { currentForm } from '../../../engine/state/state-form.ts';
import type { PartitionState } from '../../../engine/state/partition-state.ts';
import { progressOf } from '../../../engine/state/progress.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { reading, topologyOf } from '../support/readings.ts';
import { World, type WorldSettings } from '../support/world.ts';

const SLOTS = 8;
const PACKING: Packing = { fromEntries: 4, segmentEntries: 8, entriesPerCommit: 30, chainShare: 0.25 };
const ONE_WINDOW = topologyOf({ sizeMs: 1_000_000, maxClockSkewMs: 10_000_000 });

const worldOf = (settings: WorldSettings = {}): World =>
  new World({ slots: SLOTS, topology: ONE_WINDOW, packing: PACKING, ...settings });

/** So many keys in one window, then a few of them with each commit. */
async function live(world: World, commits: number, keys = 100, each = async (): Promise<void> => undefined) {
  const instance = world.instance();
  await instance.process(...Array.from({ length: keys }, (_, i) => reading(i + 1, `key-${i}`, 0, i)));
  for (let i = 1; i <= commits; i++) {
    await each();
    await instance.process(reading(1_000 + i, `key-${(i * 11) % (keys + 3)}`, 1, i));
  }
  return instance;
}

function entriesOf({ tables }: PartitionState) {
  const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
  return tables.map(({ groups }) => new Map([...groups].map(([group, entries]) => [group, [...entries].sort(byKey)])));
}

/** The chain to which the head points. */
async function chainOf(world: World) {
  const read = await readSnapshot(world.blobs, (await world.head()).snapshotKey);
  if (read === undefined) throw new Error('the newest snapshot must be there, got none');
  return read;
}

describe('a snapshot that stands on others (PL-8)', () => {
  it('has what has changed since the one before', async () => {
    const world = worldOf();
    await live(world, 30);
    const { parts, chain } = await chainOf(world);
    expect(parts.length).toBeGreaterThan(2);
    const [whole, ...changes] = parts.map(({ header }) =>
      (header.packed ?? []).flatMap(({ segments }) => segments).reduce((sum, [entries]) => sum + entries, 0),
    );
    expect(whole).toBeGreaterThanOrEqual(100);
    for (const entries of changes) expect(entries).toBeLessThanOrEqual(SLOTS);
    expect(chain.entries).toBe([whole, ...changes].reduce<number>((sum, entries) => sum + (entries ?? 0), 0));
    const versions = parts.map(({ header }) => header.version);
    expect(chain.keys.map(wholeVersionOf)).toEqual(versions.map(() => versions[0]));
    expect((await world.head()).codec).toBe(4);
  });

  it('is read as the state that it was taken of, whatever groups and keys have come and gone', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = new SeededRandom(seed);
      const topology = topologyOf({ sizeMs: 40, maxClockSkewMs: 10_000, maxOutOfOrdernessMs: 30 });
      const world = worldOf({ topology, slots: random.between(4, 12) });
      let instance = world.instance();
      let longest = 0;
      for (let i = 0; i < 80; i++) {
        if (random.between(0, 20) === 0) instance = world.instance();
        const records = Array.from({ length: random.between(1, 6) }, (_, j) =>
          reading(i * 10 + j, `key-${random.between(0, 60)}`, i + random.between(0, 5), j),
        );
        await instance.process(...records);
        const lived = await instance.use(async ({ state }) => ({ entries: entriesOf(state), hash: state.stateHash }));
        const loaded = await world.instance().use(async ({ state }) => state);
        expect(loaded.stateHash).toBe(lived.hash);
        expect(entriesOf(loaded)).toEqual(lived.entries);
        if ((await world.head()).snapshotVersion > 0)
          longest = Math.max(longest, (await chainOf(world)).chain.keys.length);
      }
      expect(longest).toBeGreaterThan(1);
    }
  });

  it('is whole once too many would stand on each other', async () => {
    const world = worldOf();
    const lengths = new Set<number>();
    await live(world, 200, 1_000, async () => {
      if (((await world.entries()).at(-1)?.snapshotVersion ?? 0) > 0)
        lengths.add((await chainOf(world)).chain.keys.length);
    });
    expect(Math.max(...lengths)).toBe(MOST_IN_CHAIN);
  });

  it('has no more beside what a whole one would have than its share', () => {
    const chain = extended(NO_CHAIN, { key: 'a', on: [], entries: 100 }, 1_000);
    expect(mayStandOn(chain, 25, 100, 0.25)).toBe(true);
    expect(mayStandOn(chain, 26, 100, 0.25)).toBe(false);
    const longer = extended(chain, { key: 'b', on: ['a'], entries: 20 }, 200);
    expect(longer).toEqual({ keys: ['a', 'b'], bytes: 1_200, entries: 120 });
    expect(mayStandOn(longer, 5, 100, 0.25)).toBe(true);
    expect(mayStandOn(longer, 6, 100, 0.25)).toBe(false);
    expect(extended(longer, { key: 'c', on: [], entries: 90 }, 900)).toEqual({ keys: ['c'], bytes: 900, entries: 90 });
  });

  it('is missed when any of those is gone on which it stands', async () => {
    const world = worldOf();
    await live(world, 30);
    const { chain } = await chainOf(world);
    for (const key of chain.keys) {
      const bytes = (await world.blobs.get(key)) as Uint8Array;
      await world.blobs.delete(key);
      await expect(world.instance().use(async ({ version }) => version)).rejects.toMatchObject({
        code: 'OBJECT_MISSING',
      });
      await world.blobs.putIfAbsent(key, bytes);
    }
    await expect(world.instance().use(async ({ version }) => version)).resolves.toBeGreaterThan(30);
  });

  it('never gives another state when any one byte of what it stands on was changed, or one was cut off', async () => {
    const world = worldOf({ packing: { fromEntries: 4, segmentEntries: 4, entriesPerCommit: 30, chainShare: 0.25 } });
    await live(world, 15, 60);
    const { chain } = await chainOf(world);
    const stored = await Promise.all(chain.keys.map(async (key) => (await world.blobs.get(key)) as Uint8Array));
    expect(stored.length).toBeGreaterThan(1);
    const wanted = stateIn(stored);
    for (const [part, whole] of stored.entries()) {
      for (let at = 0; at < whole.length; at++) {
        const damaged = new Uint8Array(whole);
        damaged[at] = (damaged[at] as number) ^ 0x01;
        // A few bits of the compressed form say nothing.
        expect(stateIn(stored.with(part, damaged)) ?? wanted).toEqual(wanted);
        expect(() => stateOf(stored.with(part, whole.subarray(0, at)))).toThrow(
          expect.objectContaining({ kind: 'internal' }),
        );
      }
    }
  });

  it('is refused when one of those on which it stands is left out', async () => {
    const world = worldOf();
    await live(world, 30);
    const { parts } = await chainOf(world);
    expect(() => restoreSnapshot(parts.slice(1), ONE_WINDOW, currentForm(ONE_WINDOW))).toThrow(
      expect.objectContaining({ kind: 'internal', code: 'SNAPSHOT_DAMAGED' }),
    );
    expect(() => restoreSnapshot(parts.toSpliced(1, 1), ONE_WINDOW, currentForm(ONE_WINDOW))).toThrow(
      expect.objectContaining({ kind: 'internal', code: 'SNAPSHOT_DAMAGED' }),
    );
  });
});

describe('what a snapshot stands on (PL-8)', () => {
  it('is kept as long as that one, and no longer', async () => {
    const world = worldOf();
    await live(world, 400, 100, async () => {
      if (((await world.entries()).at(-1)?.snapshotVersion ?? 0) > 0) await chainOf(world);
    });
    const kept = await world.blobs.list(snapshotPrefix(world.logId));
    expect(kept.length).toBeLessThan(3 * MOST_IN_CHAIN);
  });

  it('is found by every log table that can be restored, and by those that are restored again', async () => {
    const settings = { recoveryMs: 60_000 };
    const world = worldOf(settings);
    const moments: Array<{ readonly atMs: number; readonly table: readonly LogEntry[] }> = [];
    const note = async (of: World): Promise<void> => {
      moments.push({ atMs: world.clock.nowMs(), table: await of.entries() });
      await world.clock.sleep(1_000);
    };
    const over = async (table: readonly LogEntry[], line: string): Promise<World> => {
      const restored = Object.assign(worldOf(settings), { blobs: world.blobs, clock: world.clock, commitIds: line });
      for (const entry of table)
        await restored.logs.put(restored.logId, slotOf(entry.version, SLOTS), entry, undefined);
      return restored;
    };
    const requireReadable = async (): Promise<void> => {
      for (const { table } of moments.filter(({ atMs }) => atMs >= world.clock.nowMs() - settings.recoveryMs)) {
        const read = await (await over(table, 'reader')).instance().use(async ({ state }) => state.stateHash);
        expect(read).toBe(table.at(-1)?.stateHash ?? 0);
      }
    };
    await live(world, 150, 100, () => note(world));
    await requireReadable();
    const { table } = moments.at(-40) as (typeof moments)[number];
    const other = await over(table, 'other');
    const instance = other.instance();
    for (let i = 1; i <= 150; i++) {
      await note(other);
      await instance.process(reading(10_000 + i, `key-${(i * 13) % 103}`, 1, i));
      if (i % 30 === 0) await requireReadable();
    }
  });
});

/** What the snapshots of a chain say. */
function stateOf(stored: readonly Uint8Array[]) {
  const parts = stored.map(unpackSnapshot);
  const state = restoreSnapshot(parts, ONE_WINDOW, currentForm(ONE_WINDOW));
  const { logId, version, commitId } = (parts.at(-1) as (typeof parts)[number]).header;
  return { logId, version, commitId, progress: progressOf(state), entries: entriesOf(state) };
}

/** … undefined when they are refused. */
function stateIn(stored: readonly Uint8Array[]) {
  try {
    return stateOf(stored);
  } catch (error) {
    expect(String(error)).toMatch(/Error/);
    return undefined;
  }
}
