import { describe, expect, it } from '@jest/globals';
import { arrivalsOf } from '../../../engine/exchange/arrivals.ts';
import {
  afterEntry,
  firstPositions,
  readable,
  receiverWatermark,
  type TakenEntry,
} from '../../../engine/exchange/positions.ts';
import type { SenderPosition } from '../../../engine/state/sender-position.ts';
import { NO_WATERMARK } from '../../../engine/time/watermark.ts';
import { sampleEntry } from '../../support/samples.ts';

const entry = (logId: string, version: number, watermarkMs: number, changes: Partial<TakenEntry> = {}): TakenEntry => ({
  logId,
  version,
  commitId: `${logId}${version}`,
  watermarkMs,
  children: [],
  ...changes,
});
const names = (positions: ReadonlyArray<{ readonly logId: string }>): string[] => positions.map(({ logId }) => logId);
const merged = [{ logId: 'c', parents: ['a', 'b'] }];
const taken = (...entries: readonly TakenEntry[]) =>
  entries.reduce<ReturnType<typeof afterEntry>>(afterEntry, firstPositions(['a', 'b']));

describe('the time of a receiver', () => {
  it('does not begin before each root has an entry', () => {
    expect(receiverWatermark(taken(entry('a', 1, 50)), NO_WATERMARK)).toBe(NO_WATERMARK);
    expect(receiverWatermark(taken(entry('a', 1, 50), entry('b', 1, 40)), NO_WATERMARK)).toBe(40);
  });

  it('never falls, and stays where no sender is live', () => {
    const halfway = taken(entry('a', 1, 50), entry('b', 1, 40));
    expect(receiverWatermark(halfway, 45)).toBe(45);
    expect(receiverWatermark([], 45)).toBe(45);
  });
});

describe('a child of a merge', () => {
  it('is read once all of its parents are done', () => {
    const one = taken(entry('a', 1, 50), entry('b', 1, 40), entry('a', 2, 50, { children: merged }));
    expect(names(readable(one))).toEqual(['b']);
    const both = afterEntry(one, entry('b', 2, 40, { children: merged }));
    expect(names(readable(both))).toEqual(['c']);
  });

  it('waits for a parent that no seal has named yet', () => {
    const late = [{ logId: 'c', parents: ['a', 'grandchild'] }];
    const one = taken(entry('a', 1, 50, { children: late }), entry('b', 1, 40));
    expect(names(readable(one))).toEqual(['b']);
  });

  it('has the watermark of the parent that is further behind, whichever is sealed first', () => {
    const [a, b] = [entry('a', 1, 50, { children: merged }), entry('b', 1, 40, { children: merged })];
    for (const order of [
      [a, b],
      [b, a],
    ]) {
      expect(taken(...order).find(({ logId }) => logId === 'c')).toMatchObject({ version: 0, watermarkMs: 40 });
      expect(receiverWatermark(taken(...order), 0)).toBe(40);
    }
  });

  it('lets its parents be forgotten once it was read', () => {
    const both = taken(entry('a', 1, 50, { children: merged }), entry('b', 1, 40, { children: merged }));
    expect(names(both)).toEqual(['a', 'b', 'c']);
    expect(names(afterEntry(both, entry('c', 1, 60)))).toEqual(['c']);
  });
});

describe('the children of a split', () => {
  it('hold time where their parent was, both at once', () => {
    const children = ['l', 'r'].map((logId) => ({ logId, parents: ['a'] }));
    const split = taken(entry('b', 1, 90), entry('a', 1, 50, { children }));
    expect(names(readable(split))).toEqual(['b', 'l', 'r']);
    expect(receiverWatermark(afterEntry(split, entry('l', 1, 70)), 0)).toBe(50);
  });
});

describe('what comes behind a sealed sender', () => {
  it('has the watermark that the receiver has of it, also where its seal bears none', () => {
    const children = [{ logId: 'c', parents: ['b'] }];
    const begun = taken(entry('a', 1, 50), entry('b', 1, 40, { children }));
    const sealed = afterEntry(begun, entry('c', 1, NO_WATERMARK, { children: [{ logId: 'next', parents: ['c'] }] }));
    expect(sealed.find(({ logId }) => logId === 'next')).toMatchObject({ version: 0, watermarkMs: 40 });
  });

  it('sends no row that is in time by less than that', () => {
    const [position] = firstPositions(['next']).map((each) => ({ ...each, watermarkMs: 40 }));
    const rows = [30, NO_WATERMARK, 45].map((watermarkMs) => ({ key: 'a', eventTimeMs: 20, watermarkMs, value: 1 }));
    const { records } = arrivalsOf(
      [{ logId: 'next', entry: sampleEntry(1), rows }],
      [position as SenderPosition],
      0n,
      0,
    );
    expect(records.map(({ arrival }) => arrival)).toMatchObject([
      { kind: 'row', watermarkMs: 40 },
      { kind: 'row', watermarkMs: 40 },
      { kind: 'row', watermarkMs: 45 },
      { kind: 'end' },
    ]);
  });
});

describe('a source that another one has followed', () => {
  const [a, b, c, d, next] = ['a', 'b', 'c', 'd', 'next'].map(
    (name) => `p/0/readings/${name === 'next' ? 2 : 1}/${name}`,
  ) as [string, string, string, string, string];
  const following = (...parents: readonly string[]) => [{ logId: next, parents }];
  /** While its logs were sealed for the next source, a function that still read it has split b into c and d. */
  const sealOfA = entry(a, 2, 50, { children: following(a, b) });
  const splitOfB = entry(b, 2, 40, {
    children: [c, d].map((logId) => ({ logId, parents: [b] })),
  });
  const seals = [c, d].map((logId) => entry(logId, 1, 45, { children: following(a, c, d) }));
  const begun = [entry(a, 1, 50), entry(b, 1, 40)].reduce<readonly SenderPosition[]>(
    afterEntry,
    firstPositions([a, b]),
  );

  it.each([
    ['before the split', [sealOfA, splitOfB, ...seals]],
    ['between', [splitOfB, sealOfA, ...seals]],
    ['in the middle of the children', [splitOfB, ...seals.slice(0, 1), sealOfA, ...seals.slice(1)]],
    ['after all of them', [splitOfB, ...seals, sealOfA]],
  ])('is read to its end first, where a seal that names other ends is taken %s', (_, entries) => {
    let positions = begun;
    for (const [i, taken] of entries.entries()) {
      expect(names(readable(positions))).not.toContain(next);
      expect(names(readable(positions))).toContain(taken.logId);
      positions = afterEntry(positions, taken);
      if (i < entries.length - 1) expect(positions.some(({ isDone }) => !isDone)).toBe(true);
    }
    const live = positions.filter(({ isDone }) => !isDone);
    expect(live).toMatchObject([{ logId: next, version: 0, watermarkMs: 45 }]);
    expect(names(readable(positions))).toEqual([next]);
  });

  it('is read to its end where a shard of it is merged with one that was sealed for the next source before', () => {
    const sealOfB = entry(b, 2, 60, { children: following(a, b) });
    const mergeOfA = entry(a, 2, 50, { children: [{ logId: c, parents: [a, b] }] });
    const sealed = [sealOfB, mergeOfA].reduce<readonly SenderPosition[]>(afterEntry, begun);
    expect(names(readable(sealed))).toEqual([c]);
    const read = afterEntry(sealed, entry(c, 1, 50, { children: following(b, c) }));
    expect(names(readable(read))).toEqual([next]);
    expect(afterEntry(read, entry(next, 1, 70))).toMatchObject([{ logId: next, version: 1 }]);
  });

  it('is left where all shards that are left of it wait for parents that never begin', () => {
    const sealOfB = entry(b, 2, 60, { children: following(a, b) });
    // b would have been split into d and another one; both are sealed for the next source in its place.
    const mergeOfA = entry(a, 2, 50, { children: [{ logId: c, parents: [a, d] }] });
    const waiting = [mergeOfA, sealOfB].reduce<readonly SenderPosition[]>(afterEntry, begun);
    expect(names(readable(waiting))).toEqual([c]);
    const read = afterEntry(waiting, entry(c, 1, NO_WATERMARK, { children: following(b, c) }));
    expect(names(readable(read))).toEqual([next]);
  });

  it('is not left while a shard of it goes on, which may name a parent that others wait for', () => {
    const mergeOfA = entry(a, 2, 50, { children: [{ logId: c, parents: [a, d] }, ...following(a, b)] });
    const waiting = afterEntry(begun, mergeOfA);
    expect(names(readable(waiting))).toEqual([b]);
  });
});
