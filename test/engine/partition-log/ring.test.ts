import { describe, expect, it } from '@jest/globals';
import { EMPTY_OUTBOX } from '../../../engine/outputs.ts';
import { progressOf } from '../../../engine/state/progress.ts';
import { expectedVersion, isSnapshotDue, mayOverwrite, slotOf } from '../../../engine/partition-log/ring.ts';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

describe('the condition of a commit (PL-1)', () => {
  it.each([
    { version: 1, slot: 1, expected: undefined },
    { version: 3, slot: 3, expected: undefined },
    { version: 4, slot: 0, expected: undefined },
    { version: 5, slot: 1, expected: 1 },
    { version: 8, slot: 0, expected: 4 },
    { version: 9, slot: 1, expected: 5 },
  ])('for version $version of 4 slots: slot $slot holds $expected', ({ version, slot, expected }) => {
    expect(slotOf(version, 4)).toBe(slot);
    expect(expectedVersion(version, 4)).toBe(expected);
  });

  it('stands in every put: an empty slot in the first round, exactly v - W from then on', async () => {
    const world = new World({ slots: 4 });
    const instance = world.instance();
    for (let i = 1; i <= 10; i++) await instance.process(reading(i, 'a', i));
    expect(
      world.logs.puts.map(({ slot, entry, expectedVersion: expected }) => [entry.version, slot, expected]),
    ).toEqual([
      [1, 1, undefined],
      [2, 2, undefined],
      [3, 3, undefined],
      [4, 0, undefined],
      [5, 1, 1],
      [6, 2, 2],
      [7, 3, 3],
      [8, 0, 4],
      [9, 1, 5],
      [10, 2, 6],
    ]);
  });
});

describe('the overwrite gate (PL-3)', () => {
  it.each([
    { version: 4, snapshotVersion: 0, publishedVersion: 0, open: true },
    { version: 5, snapshotVersion: 0, publishedVersion: 5, open: false },
    { version: 5, snapshotVersion: 5, publishedVersion: 0, open: false },
    { version: 5, snapshotVersion: 1, publishedVersion: 1, open: true },
    { version: 9, snapshotVersion: 4, publishedVersion: 8, open: false },
    { version: 9, snapshotVersion: 5, publishedVersion: 5, open: true },
    { version: 9, snapshotVersion: 8, publishedVersion: 4, open: false },
  ])(
    'for version $version of 4 slots, snapshot $snapshotVersion, delivered $publishedVersion: $open',
    ({ version, snapshotVersion, publishedVersion, open }) => {
      expect(mayOverwrite(version, 4, snapshotVersion, publishedVersion)).toBe(open);
    },
  );

  it('holds for every entry that was ever put', async () => {
    const world = new World({ slots: 4 });
    const instance = world.instance();
    for (let i = 1; i <= 40; i++) await instance.process(reading(i, 'a', i * 3));
    for (const { entry } of world.logs.puts)
      expect(entry.version - 4).toBeLessThanOrEqual(Math.min(entry.snapshotVersion, entry.publishedVersion));
  });

  it('refuses to commit over an outbox that nobody delivered', async () => {
    const world = new World({ slots: 4 });
    const instance = world.instance();
    for (let i = 1; i <= 4; i++) await instance.process(reading(i, 'a', i));
    const undelivered = await world.head();
    // A log whose sinks have been down since version 1.
    world.logs.onRead = (entries) => entries.map((entry) => ({ ...entry, publishedVersion: 0 }));
    const log = await world.instance().use(async (open) => open);
    expect(log.undelivered.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    const { change, outbox } = {
      change: { ...progressOf(undelivered), reached: 5n, watermarkMs: 5, tables: [], timers: [] },
      outbox: EMPTY_OUTBOX,
    };
    await expect(log.commit({ change, outbox })).rejects.toMatchObject({ kind: 'unavailable', code: 'RING_FULL' });
    expect(world.logs.puts).toHaveLength(4);
  });
});

describe('a snapshot is due (PL-8)', () => {
  it.each([
    { versionsSince: 31, deltaBytesSince: 0, due: false },
    { versionsSince: 32, deltaBytesSince: 0, due: true },
    { versionsSince: 33, deltaBytesSince: 0, due: true },
    { versionsSince: 1, deltaBytesSince: 2_000_000, due: false },
    { versionsSince: 1, deltaBytesSince: 2_000_001, due: true },
  ])(
    '$versionsSince versions and $deltaBytesSince bytes of deltas after one of 2,000,000: $due',
    ({ versionsSince, deltaBytesSince, due }) => {
      expect(isSnapshotDue(versionsSince, deltaBytesSince, 2_000_000, 64)).toBe(due);
    },
  );

  it.each([
    { deltaBytesSince: 1_048_576, due: false },
    { deltaBytesSince: 1_048_577, due: true },
  ])('after $deltaBytesSince bytes of deltas, however small the last one was: $due', ({ deltaBytesSince, due }) => {
    expect(isSnapshotDue(1, deltaBytesSince, 10, 64)).toBe(due);
  });
});
