import { describe, expect, it } from '@jest/globals';
import type { StoredBlob } from '../../../engine/ports.ts';
import { reopenedKeyOf, snapshotKeyOf, spillKeyOf } from '../../../engine/partition-log/log-id.ts';
import { mayBeReopened, unneededKeys } from '../../../engine/partition-log/unneeded-objects.ts';

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
    expect(unneededKeys({ snapshots: lines, spills: [], reopened: [] }, [], 75)).toEqual([keyOf(8), keyOf(12)]);
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
    expect(unneededKeys({ snapshots: lines, spills: [], reopened: marks }, [], 79)).not.toContain(keyOf(4));
    expect(unneededKeys({ snapshots: lines, spills: [], reopened: marks }, [], 80)).toEqual([
      keyOf(4),
      keyOf(8),
      marks[0]?.key,
    ]);
  });

  it('are large bodies up to the oldest snapshot that is kept, and none before there are two', () => {
    const spills = [1, 2, 4, 5, 8].map(spill);
    const pointedTo = [keyOf(8), keyOf(12)];
    const snapshots = [stored(4, 10), stored(8, 20), stored(12, 30)];
    expect(unneededKeys({ snapshots, spills, reopened: [] }, pointedTo, 20)).toEqual(
      spills.slice(0, 3).map(({ key }) => key),
    );
    expect(unneededKeys({ snapshots: snapshots.slice(0, 1), spills, reopened: [] }, ['', keyOf(4)], 20)).toEqual([]);
    expect(unneededKeys({ snapshots, spills, reopened: [mark('', 15)] }, pointedTo, 29)).toEqual([]);
  });

  it('are none whose mark may stand on the next page', () => {
    const snapshots = [4, 8, 12, 16, 20].map((version) => stored(version, version));
    const marks = Array.from({ length: 1_000 }, (_, i) => mark(keyOf(8), 1_000 + i));
    expect(unneededKeys({ snapshots, spills: [], reopened: marks }, [], 100)).toEqual([keyOf(4)]);
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
