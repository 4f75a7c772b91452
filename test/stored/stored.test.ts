import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storedIn } from './lines.ts';
import { STORIES } from './stories.ts';
import { goOn, uninterrupted, type Story, type Stored } from './story.ts';

/** By commit: what its code has stored. `make.ts` says how a file comes about. */
const RELEASES = readdirSync(join(__dirname, 'releases')).map((name) => ({
  release: name.replace('.ndjson', ''),
  stored: storedIn(readFileSync(join(__dirname, 'releases', name), 'utf8')),
}));

const storiesOf = (stored: ReadonlyMap<string, Stored>): Story[] => STORIES.filter(({ name }) => stored.has(name));

describe.each(RELEASES)('what release $release has stored', ({ stored }) => {
  it('has what can be stored: plain and packed groups, bodies in objects, seals, rows, positions and moments that are due', () => {
    const entries = [...stored.values()].flatMap((each) => each.entries.map(({ entry }) => entry));
    const those = (is: (entry: (typeof entries)[number]) => boolean): number => entries.filter(is).length;
    expect(new Set(entries.map(({ codec }) => codec))).toEqual(new Set([2, 3]));
    expect(those(({ snapshotKey }) => snapshotKey !== '')).toBeGreaterThan(20);
    expect(those(({ delta, outbox }) => 'blobKey' in delta || 'blobKey' in outbox)).toBeGreaterThan(3);
    expect(those(({ sealedFor }) => sealedFor.length > 0)).toBeGreaterThan(3);
    expect(those(({ sent }) => sent?.rows !== undefined)).toBeGreaterThan(20);
    expect(those(({ sent }) => (sent?.children.length ?? 0) > 0)).toBeGreaterThan(1);
    expect(those(({ positions }) => positions.length > 2)).toBeGreaterThan(10);
    expect(those(({ due }) => due?.eventMs !== undefined)).toBeGreaterThan(10);
  });

  it.each(storiesOf(stored))('is read, and goes on to the results of an uninterrupted run: $name', async (story) => {
    const { first, all } = await uninterrupted(story);
    const since = await goOn(story, stored.get(story.name) as Stored);
    expect([...new Set([...first, ...since])].sort()).toEqual([...all].sort());
    expect(all.size).toBeGreaterThan(first.size + 10);
    expect(first.size).toBeGreaterThan(10);
  });
});

describe('what is stored', () => {
  const [packed] = STORIES.filter(({ packing }) => packing !== undefined) as [Story];
  const [{ stored }] = RELEASES as [(typeof RELEASES)[number]];

  it('is of every story, and of no other one', () => {
    const names = RELEASES.flatMap(({ stored: each }) => [...each.keys()]);
    expect(new Set(names)).toEqual(new Set(STORIES.map(({ name }) => name)));
  });

  it('counts: without its objects nothing goes on', async () => {
    const own = stored.get(packed.name) as Stored;
    await expect(goOn(packed, { ...own, blobs: [] })).rejects.toMatchObject({ kind: 'internal' });
  });

  it('counts: without its entries other results come out', async () => {
    const { first, all } = await uninterrupted(packed);
    const since = await goOn(packed, { entries: [], blobs: [] }).catch(() => new Set<string>());
    expect([...new Set([...first, ...since])].sort()).not.toEqual([...all].sort());
  });

  it('is read with large groups packed in another way than they were written', async () => {
    const { packing: _packing, ...deployed } = packed;
    const { first, all } = await uninterrupted(deployed);
    const since = await goOn(deployed, stored.get(packed.name) as Stored);
    expect([...new Set([...first, ...since])].sort()).toEqual([...all].sort());
  });
});
