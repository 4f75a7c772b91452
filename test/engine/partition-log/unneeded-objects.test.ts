import { describe, expect, it } from '@jest/globals';
import type { StoredBlob } from '../../../engine/ports.ts';
import { reopenedKeyOf, snapshotKeyOf, spillKeyOf } from '../../../engine/partition-log/log-id.ts';
import { mayBeReopened, unneededKeys } from '../../../engine/partition-log/unneeded-objects.ts';

const SLOTS = 8;

const keyOf = (version: number, id = 'a'): string => snapshotKeyOf('log', version, id, 'f');
const stored = (version: number, storedAtMs: number, id = 'a'): StoredBlob => ({ key: keyOf(version, id), storedAtMs });
const spill = (version: number): StoredBlob => ({ key: spillKeyOf('log', version, 'a', 'delta'), storedAtMs: 0 });
const mark = (snapshotKey: string, storedAtMs: number): StoredBlob => ({
  key: reopenedKeyOf('log', snapshotKey, storedAtMs),
  storedAtMs,
});

/** Of one line that goes on: it points to the newest two. */
function unneeded(snapshots: readonly StoredBlob[], sinceMs: number, reopened: readonly StoredBlob[] = []): string[] {
  return unneededKeys(
    { snapshots, spills: [], reopened },
    snapshots.slice(-2).map(({ key }) => key),
    sinceMs,
    SLOTS,
  );
}

describe('the objects that no restored log needs', () => {
  it('are snapshots that two more were stored after before the recovery period', () => {
    const line = [stored(4, 10), stored(8, 20), stored(12, 30), stored(16, 40), stored(20, 50)];
    expect(unneeded(line, 30)).toEqual([keyOf(4)]);
    expect(unneeded(line, 29)).toEqual([]);
    expect(unneeded(line, 50)).toEqual([keyOf(4), keyOf(8), keyOf(12)]);
  });

  it('count two definitions that wrote the same version once', () => {
    expect(unneeded([stored(4, 10), stored(8, 20), stored(8, 21, 'b'), stored(12, 90), stored(16, 99)], 30)).toEqual(
      [],
    );
  });

  it('are no snapshots of a restored line of which only the line before has higher versions', () => {
    const lines = [
      stored(8, 20),
      stored(12, 30),
      stored(12, 70, 'b'),
      stored(16, 40),
      stored(16, 80, 'b'),
      stored(20, 50),
    ];
    expect(unneededKeys({ snapshots: lines, spills: [], reopened: [] }, [], 75, SLOTS)).toEqual([keyOf(8), keyOf(12)]);
  });

  it('are none to which a restored log pointed again, until it has gone on', () => {
    const lines = [
      stored(4, 10),
      stored(8, 20),
      stored(8, 70, 'b'),
      stored(12, 30),
      stored(12, 80, 'b'),
      stored(16, 40),
    ];
    const marks = [mark(keyOf(4), 60)];
    expect(unneededKeys({ snapshots: lines, spills: [], reopened: marks }, [], 79, SLOTS)).not.toContain(keyOf(4));
    expect(unneededKeys({ snapshots: lines, spills: [], reopened: marks }, [], 80, SLOTS)).toEqual([
      keyOf(4),
      keyOf(8),
      marks[0]?.key,
    ]);
  });

  it('are none on which a snapshot stands that is needed', () => {
    const on = (version: number, storedAtMs: number, whole: number, id = 'a'): StoredBlob => ({
      key: snapshotKeyOf('log', version, id, 'f', whole),
      storedAtMs,
    });
    const line = [
      stored(4, 10),
      stored(8, 20),
      on(12, 30, 8),
      on(16, 40, 8),
      on(20, 50, 8),
      stored(24, 60),
      stored(28, 70),
    ];
    expect(unneeded(line, 60)).toEqual([keyOf(4)]);
    expect(unneeded(line, 69)).toEqual([keyOf(4)]);
    expect(unneeded(line, 70)).toEqual(line.slice(0, -2).map(({ key }) => key));
    // Where what the log points to stands on the next page.
    const [older, newer] = [line.slice(0, 4), line.slice(4)];
    const pointedTo = newer.slice(0, 2).map(({ key }) => key);
    const spills = [7, 8, 19, 20, 21].map(spill);
    expect(unneededKeys({ snapshots: older, spills: [], reopened: [] }, pointedTo, 99, SLOTS)).toEqual([keyOf(4)]);
    // Deltas are read from the snapshot on to which a log points, not from the whole one.
    expect(
      unneededKeys(
        { snapshots: line.slice(0, 5), spills, reopened: [] },
        [line[3]?.key ?? '', line[4]?.key ?? ''],
        99,
        SLOTS,
      ),
    ).toEqual([keyOf(4), spill(7).key, spill(8).key]);
    const restored = [...line.slice(0, 5), on(12, 55, 8, 'b'), stored(24, 60), stored(28, 70)];
    const marks = [mark(line[2]?.key ?? '', 75)];
    expect(unneeded(restored, 80, marks)).toEqual([keyOf(4), line[3]?.key, line[4]?.key]);
  });

  it('are none on which snapshots of the next page may stand', () => {
    const page = Array.from({ length: 1_000 }, (_, i) => stored(4 * i, i));
    const gone = unneededKeys({ snapshots: page, spills: [], reopened: [] }, [], 10_000, SLOTS);
    expect(gone.at(-1)).toBe(keyOf(4 * 999 - 16 * SLOTS - 4));
    expect(gone).toHaveLength(1_000 - (16 * SLOTS) / 4 - 1);
  });

  it('are large bodies up to the oldest snapshot that is kept, and none before there are two', () => {
    const spills = [1, 2, 4, 5, 8].map(spill);
    const pointedTo = [keyOf(8), keyOf(12)];
    const snapshots = [stored(4, 10), stored(8, 20), stored(12, 30)];
    expect(unneededKeys({ snapshots, spills, reopened: [] }, pointedTo, 20, SLOTS)).toEqual(
      spills.slice(0, 3).map(({ key }) => key),
    );
    expect(unneededKeys({ snapshots: snapshots.slice(0, 1), spills, reopened: [] }, ['', keyOf(4)], 20, SLOTS)).toEqual(
      [],
    );
    expect(unneededKeys({ snapshots, spills, reopened: [mark('', 15)] }, pointedTo, 29, SLOTS)).toEqual([]);
  });

  it('are none whose mark may stand on the next page', () => {
    const snapshots = [4, 8, 12, 16, 20].map((version) => stored(version, version));
    const marks = Array.from({ length: 1_000 }, (_, i) => mark(keyOf(8), 1_000 + i));
    expect(unneededKeys({ snapshots, spills: [], reopened: marks }, [], 100, SLOTS)).toEqual([keyOf(4)]);
  });
});

describe('a log that points to a snapshot', () => {
  it('may have been restored when one of a higher version was stored later', () => {
    expect(mayBeReopened(8, keyOf(8), [stored(8, 20), stored(12, 30)])).toBe(true);
    expect(mayBeReopened(0, '', [stored(4, 10)])).toBe(true);
  });

  it('has not been restored when those of higher versions are older, or there are none', () => {
    expect(mayBeReopened(8, keyOf(8, 'b'), [stored(8, 20), stored(8, 70, 'b'), stored(12, 30)])).toBe(false);
    expect(mayBeReopened(8, keyOf(8), [stored(8, 20)])).toBe(false);
    expect(mayBeReopened(0, '', [])).toBe(false);
  });

  it('may have been restored when there are more of them than one page shows', () => {
    const page = Array.from({ length: 1_000 }, (_, i) => stored(8 + i, i, 'a'));
    expect(mayBeReopened(8, keyOf(8, 'b'), [...page.slice(1), stored(8, 5_000, 'b')])).toBe(true);
  });
});
