import { describe, expect, it } from '@jest/globals';
import type { ShardCatalog } from '../../engine/ports.ts';
import { BEFORE_FIRST, type Offset, type SourcePartition } from '../../engine/record.ts';

/** A stream or topic with one partition, empty. */
export interface OnePartition {
  readonly catalog: ShardCatalog;
  readonly partition: SourcePartition;
  /** Puts so many records, and gives their offsets. */
  put(count: number): Promise<readonly Offset[]>;
}

/** What every ShardCatalog does. `open` gives a source of its own each time. */
export function shardCatalogContract(name: string, open: () => Promise<OnePartition>): void {
  describe(`${name} as a shard catalog`, () => {
    it('lists the partition, which has no parents', async () => {
      const { catalog, partition } = await open();
      const shards = await catalog.shards(partition);
      expect([...shards.keys()]).toEqual([partition.partition]);
      expect(shards.get(partition.partition)).toMatchObject({ fromHash: 0n, parents: [] });
    });

    it('finds nothing in a partition that is empty', async () => {
      const { catalog, partition } = await open();
      expect(await catalog.remaining(partition, BEFORE_FIRST)).toBe('none yet');
      expect(await catalog.expired(partition, BEFORE_FIRST, BEFORE_FIRST + 1n)).toBe(false);
    });

    it('tells whether records lie above an offset (PL-19)', async () => {
      const { catalog, partition, put } = await open();
      const [first, second] = (await put(2)) as [Offset, Offset];
      expect(await catalog.remaining(partition, BEFORE_FIRST)).toBe('records');
      expect(await catalog.remaining(partition, first)).toBe('records');
      expect(await catalog.remaining(partition, second)).toBe('none yet');
      await put(1);
      expect(await catalog.remaining(partition, second)).toBe('records');
    });

    it('names the first record that a reader further on has left out (PL-13)', async () => {
      const { catalog, partition, put } = await open();
      const [first, second, third] = (await put(3)) as [Offset, Offset, Offset];
      expect(await catalog.skipped(partition, first, second)).toBeUndefined();
      expect(await catalog.skipped(partition, first, third)).toBe(second);
      expect(await catalog.skipped(partition, BEFORE_FIRST, third)).toBe(first);
      expect(await catalog.skipped(partition, BEFORE_FIRST, first)).toBeUndefined();
    });

    it('confirms what is there, and finds nothing of it expired (PL-11)', async () => {
      const { catalog, partition, put } = await open();
      const [first, , third] = (await put(3)) as [Offset, Offset, Offset];
      await expect(catalog.confirm(partition, first)).resolves.toBeUndefined();
      await expect(catalog.confirm(partition, third)).resolves.toBeUndefined();
      expect(await catalog.expired(partition, first, third)).toBe(false);
    });

    it('still has every record of a partition from which none has expired', async () => {
      const { catalog, partition, put } = await open();
      const offsets = await put(3);
      expect(await Promise.all(offsets.map((offset) => catalog.stillHas(partition, offset)))).toEqual([
        true,
        true,
        true,
      ]);
    });

    it('names no retention that is longer than is asked about', async () => {
      const { catalog, partition } = await open();
      expect(await catalog.retentionMs(partition, 1)).toBeUndefined();
      const retentionMs = await catalog.retentionMs(partition, Number.MAX_SAFE_INTEGER);
      // Either the source tells itself what has expired, or it says for how long it keeps records.
      expect(retentionMs === undefined || retentionMs > 1).toBe(true);
      if (retentionMs !== undefined) expect(await catalog.retentionMs(partition, retentionMs)).toBe(retentionMs);
    });
  });
}

/** What those do that ask a service. */
export function askingCatalogContract(name: string, open: () => Promise<OnePartition>): void {
  describe(`${name} as a shard catalog of a service`, () => {
    it('is unavailable, and gives no answer, for a source that is not there', async () => {
      const { catalog, partition } = await open();
      const nowhere = { ...partition, source: 'nowhere' };
      for (const asked of [
        catalog.shards({ source: 'nowhere' }),
        catalog.remaining(nowhere, BEFORE_FIRST),
        catalog.skipped(nowhere, 0n, 9n),
        catalog.stillHas(nowhere, 9n),
      ]) {
        await expect(asked).rejects.toMatchObject({ kind: 'unavailable' });
      }
    });

    it('does not list the shards of another source of its name (PL-11)', async () => {
      const { catalog, partition } = await open();
      await expect(catalog.shards({ ...partition, incarnation: '1' })).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
}
