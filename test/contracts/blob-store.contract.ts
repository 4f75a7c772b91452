import { describe, expect, it } from '@jest/globals';
import type { BlobStore } from '../../engine/ports.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** What every BlobStore does. `open` gives an empty one. */
export function blobStoreContract(name: string, open: () => Promise<BlobStore>): void {
  describe(`${name} as a blob store`, () => {
    it('gives back the bytes that were put', async () => {
      const store = await open();
      const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
      expect(await store.putIfAbsent('snapshots/flights/0/1-a', bytes)).toBe('stored');
      expect(Buffer.compare((await store.get('snapshots/flights/0/1-a')) ?? new Uint8Array(), bytes)).toBe(0);
    });

    it('stores an empty blob, which is not the same as none', async () => {
      const store = await open();
      await store.putIfAbsent('empty', new Uint8Array());
      expect((await store.get('empty'))?.length).toBe(0);
      expect(await store.get('absent')).toBeUndefined();
    });

    it('leaves a taken key as it is', async () => {
      const store = await open();
      await store.putIfAbsent('key', text('first'));
      expect(await store.putIfAbsent('key', text('second'))).toBe('exists');
      expect(Buffer.from((await store.get('key')) ?? []).toString()).toBe('first');
    });

    it('lets exactly one of many racing writers have the key', async () => {
      const store = await open();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.putIfAbsent('a/b/c', text(`writer-${i}`))),
      );
      expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
      expect(Buffer.from((await store.get('a/b/c')) ?? []).toString()).toBe(`writer-${outcomes.indexOf('stored')}`);
    });

    it('deletes, and takes an absent key for deleted', async () => {
      const store = await open();
      await store.putIfAbsent('a/key', text('x'));
      await store.delete('a/key');
      await store.delete('a/key');
      await store.delete('nowhere/at/all');
      expect(await store.get('a/key')).toBeUndefined();
      expect(await store.putIfAbsent('a/key', text('y'))).toBe('stored');
    });

    it('lists the keys that begin with a prefix, in ascending order', async () => {
      const store = await open();
      for (const key of ['b/2', 'a/10', 'a/2', 'ab', 'a/sub/1', 'a-0']) await store.putIfAbsent(key, text(key));
      expect(await store.list('')).toEqual(['a-0', 'a/10', 'a/2', 'a/sub/1', 'ab', 'b/2']);
      expect(await store.list('a/')).toEqual(['a/10', 'a/2', 'a/sub/1']);
      expect(await store.list('a/1')).toEqual(['a/10']);
      expect(await store.list('a')).toEqual(['a-0', 'a/10', 'a/2', 'a/sub/1', 'ab']);
      expect(await store.list('nothing/here')).toEqual([]);
    });

    it('lists the oldest keys with the time at which they were stored', async () => {
      const store = await open();
      for (const key of ['a/2', 'a/1', 'b/1']) await store.putIfAbsent(key, text(key));
      const found = await store.oldest('a/');
      expect(found.map(({ key }) => key)).toEqual(['a/1', 'a/2']);
      for (const { storedAtMs } of found) expect(Math.abs(storedAtMs)).toBeLessThan(Date.now() + 60_000);
      expect(await store.oldest('nothing/here')).toEqual([]);
      expect((await store.oldest('a/', 'a/1')).map(({ key }) => key)).toEqual(['a/2']);
      expect((await store.oldest('a/', 'a/10')).map(({ key }) => key)).toEqual(['a/2']);
      expect(await store.oldest('a/', 'a/2')).toEqual([]);
    });

    it('does not take a folder for a blob', async () => {
      const store = await open();
      await store.putIfAbsent('a/b/c', text('x'));
      expect(await store.get('a/b')).toBeUndefined();
      expect(await store.get('a/b/c/d')).toBeUndefined();
      await store.delete('a/b');
      expect(await store.list('')).toEqual(['a/b/c']);
    });

    it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', 'a/.', '.tmp/a', 'a\\b', 'a\0b', 'a'.repeat(256), 'é'])(
      'refuses %j as a key',
      async (key) => {
        const store = await open();
        await expect(store.putIfAbsent(key, text('x'))).rejects.toMatchObject({
          kind: 'invalid',
          code: 'INVALID_SETTING',
        });
        await expect(store.get(key)).rejects.toMatchObject({ kind: 'invalid' });
        await expect(store.delete(key)).rejects.toMatchObject({ kind: 'invalid' });
      },
    );

    it('shares no memory with its callers', async () => {
      const store = await open();
      const bytes = text('abc');
      await store.putIfAbsent('key', bytes);
      bytes.fill(0);
      (await store.get('key'))?.fill(0);
      expect(Buffer.from((await store.get('key')) ?? []).toString()).toBe('abc');
    });
  });
}
