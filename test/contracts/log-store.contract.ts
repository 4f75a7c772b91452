import { describe, expect, it } from '@jest/globals';
import type { LogStore } from '../../engine/ports.ts';
import { sampleEntry } from '../support/samples.ts';

/** What every LogStore does. `open` gives an empty one. */
export function logStoreContract(name: string, open: () => Promise<LogStore>): void {
  describe(`${name} as a log store`, () => {
    it('stores an entry in an empty slot and reads it back field by field', async () => {
      const store = await open();
      const entry = sampleEntry(1);
      expect(await store.put('log', 1, entry, undefined)).toMatchObject({ kind: 'stored' });
      expect(await store.read('log', [1])).toEqual([entry]);
    });

    it('keeps references to bodies that are too large for the slot', async () => {
      const store = await open();
      const entry = sampleEntry(1, {
        delta: { blobKey: 'spills/log/1-a-delta' },
        outbox: { blobKey: 'spills/log/1-a-outbox' },
        snapshotVersion: 7,
        snapshotKey: 'snapshots/log/7-b',
      });
      await store.put('log', 1, entry, undefined);
      expect(await store.read('log', [1])).toEqual([entry]);
    });

    it('refuses a first-round write when the slot is taken, and says by what (PL-1)', async () => {
      const store = await open();
      const first = sampleEntry(1);
      await store.put('log', 1, first, undefined);
      expect(await store.put('log', 1, sampleEntry(1, { commitId: 'other' }), undefined)).toMatchObject({
        kind: 'conflict',
        found: first,
      });
      expect(await store.read('log', [1])).toEqual([first]);
    });

    it('overwrites the version that is expected', async () => {
      const store = await open();
      await store.put('log', 1, sampleEntry(1), undefined);
      const next = sampleEntry(9);
      expect(await store.put('log', 1, next, 1)).toMatchObject({ kind: 'stored' });
      expect(await store.read('log', [1])).toEqual([next]);
    });

    it('refuses to overwrite another version than the expected one', async () => {
      const store = await open();
      const newer = sampleEntry(9);
      await store.put('log', 1, newer, undefined);
      expect(await store.put('log', 1, sampleEntry(9, { commitId: 'late' }), 1)).toMatchObject({
        kind: 'conflict',
        found: newer,
      });
    });

    it('refuses an expected version in an empty slot: absent is never as good as expected (PL-1)', async () => {
      const store = await open();
      const outcome = await store.put('log', 1, sampleEntry(9), 1);
      expect(outcome.kind).toBe('conflict');
      expect(outcome.kind === 'conflict' && outcome.found).toBeUndefined();
      expect(await store.read('log', [1])).toEqual([]);
    });

    it('answers the same bytes sent again with the commit that is already there (PL-5)', async () => {
      const store = await open();
      const entry = sampleEntry(1);
      await store.put('log', 1, entry, undefined);
      expect(await store.put('log', 1, entry, undefined)).toMatchObject({
        kind: 'conflict',
        found: { commitId: entry.commitId },
      });
    });

    it('lets exactly one of many racing writers have the slot', async () => {
      const store = await open();
      const writers = Array.from({ length: 20 }, (_, i) => sampleEntry(1, { commitId: `writer-${i}` }));
      const outcomes = await Promise.all(writers.map((entry) => store.put('log', 1, entry, undefined)));
      const winners = writers.filter((_, i) => outcomes[i]?.kind === 'stored');
      expect(winners).toHaveLength(1);
      expect(await store.read('log', [1])).toEqual(winners);
    });

    it('counts write units, of a failed condition too', async () => {
      const store = await open();
      const large = { delta: { inline: new Uint8Array(5_000) } };
      const stored = await store.put('log', 1, sampleEntry(1, large), undefined);
      const refused = await store.put('log', 1, sampleEntry(1, large), undefined);
      expect([stored.writeUnits, refused.writeUnits]).toEqual([6, 6]);
    });

    it('leaves empty slots out of a read and answers each slot once', async () => {
      const store = await open();
      await store.put('log', 3, sampleEntry(3), undefined);
      expect(await store.read('log', [2, 3, 3, 4])).toEqual([sampleEntry(3)]);
      expect(await store.read('log', [])).toEqual([]);
    });

    it('keeps logs apart, whatever characters are in their ids', async () => {
      const store = await open();
      await store.put('a', 11, sampleEntry(1), undefined);
      await store.put('a#1', 1, sampleEntry(2), undefined);
      expect(await store.read('a', [1, 11])).toEqual([sampleEntry(1)]);
    });

    it('reads more slots than one request takes', async () => {
      const store = await open();
      const slots = Array.from({ length: 250 }, (_, i) => i);
      // In groups: a server in this very process must come to answer within the time to connect.
      for (let first = 0; first < slots.length; first += 50) {
        await Promise.all(
          slots.slice(first, first + 50).map((slot) => store.put('log', slot, sampleEntry(slot + 1), undefined)),
        );
      }
      const versions = (await store.read('log', slots)).map(({ version }) => version);
      expect(versions.sort((a, b) => a - b)).toEqual(slots.map((slot) => slot + 1));
    });

    it('shares no memory with its callers', async () => {
      const store = await open();
      const delta = new Uint8Array([1, 2, 3]);
      await store.put('log', 1, sampleEntry(1, { delta: { inline: delta } }), undefined);
      delta.fill(9);
      for (const read of await store.read('log', [1])) if ('inline' in read.delta) read.delta.inline.fill(8);
      expect(await store.read('log', [1])).toEqual([sampleEntry(1, { delta: { inline: new Uint8Array([1, 2, 3]) } })]);
    });
  });
}
