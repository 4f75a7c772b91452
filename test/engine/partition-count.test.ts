import { describe, expect, it } from '@jest/globals';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { PartitionCounts } from '../../engine/partition-count.ts';

const TOPIC = { pipeline: 'flights', source: 'departures', incarnation: 'id-1' };

describe('the partitions of a topic (PL-27)', () => {
  it('are on record from the first invocation of any instance on', async () => {
    const blobs = new MemoryBlobStore();
    await new PartitionCounts(blobs).require(TOPIC, 4);
    await expect(new PartitionCounts(blobs).require(TOPIC, 4)).resolves.toBeUndefined();
    await expect(new PartitionCounts(blobs).require(TOPIC, 6)).rejects.toMatchObject({
      kind: 'internal',
      code: 'PARTITIONS_GREW',
      message:
        'topic departures must keep its 4 partitions, got 6; new partitions move keys away from their state: make a topic with 6 partitions, let the producers change over, and read it with a pipeline of another name',
    });
  });

  it('are watched while an instance lives', async () => {
    const counts = new PartitionCounts(new MemoryBlobStore());
    await counts.require(TOPIC, 4);
    await expect(counts.require(TOPIC, 5)).rejects.toMatchObject({ code: 'PARTITIONS_GREW' });
  });

  it('are another matter for a topic that was made again', async () => {
    const counts = new PartitionCounts(new MemoryBlobStore());
    await counts.require(TOPIC, 4);
    await expect(counts.require({ ...TOPIC, incarnation: 'id-2' }, 8)).resolves.toBeUndefined();
  });
});
