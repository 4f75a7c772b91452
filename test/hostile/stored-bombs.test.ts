import { describe, expect, it } from '@jest/globals';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { compress, decompress, MAX_BODY_BYTES } from '../../engine/codec/compression.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import { collect } from '../support/collect.ts';
import { SHARD } from '../support/samples.ts';
import { GZIP_BOMB, ZSTD_BOMB } from './cases.ts';
import { eventRecord, HostileStream, reading } from './support.ts';

const GIB = 2 ** 30;
const STORED_BOMB = Buffer.concat([Uint8Array.of(1), ZSTD_BOMB]);
const CORRUPT = expect.objectContaining({ kind: 'internal', code: 'CORRUPT_BYTES' });

describe('the bombs', () => {
  it('are 1 MiB at most and inflate to 1 GiB', () => {
    for (const [bomb, inflate] of [
      [GZIP_BOMB, gunzipSync],
      [ZSTD_BOMB, zstdDecompressSync],
    ] as const) {
      expect(bomb.length).toBeLessThanOrEqual(1_048_576);
      const member = inflate(bomb.subarray(0, bomb.length / 64));
      expect([member.length * 64, member.every((byte) => byte === 0)]).toEqual([GIB, true]);
    }
  });
});

describe('a body in the log', () => {
  it('that would inflate beyond what any body is, is refused before it does', () => {
    expect(() => decompress(STORED_BOMB)).toThrow(CORRUPT);
    expect(() => decompress(STORED_BOMB)).toThrow(
      /^stored bytes must be readable, got .*Cannot create a Buffer larger than 536870912 bytes; restore the object from a backup$/,
    );
  });

  it('is never written larger than it can be read', () => {
    expect(() => compress(new Uint8Array(MAX_BODY_BYTES + 1))).toThrow(
      expect.objectContaining({
        kind: 'internal',
        code: 'BODY_TOO_LARGE',
        message:
          'body of a log must be at most 536870912 bytes, got 536870913; split the shard, so that each has fewer keys',
      }),
    );
  });

  it.each([
    [
      'delta in its slot',
      (stream: HostileStream, head: LogEntry) => overwrite(stream, { ...head, delta: { inline: STORED_BOMB } }),
    ],
    [
      'outbox in its slot',
      (stream: HostileStream, head: LogEntry) =>
        overwrite(stream, { ...head, outbox: { inline: STORED_BOMB }, publishedVersion: 0 }),
    ],
    [
      'spilled delta',
      async (stream: HostileStream, head: LogEntry) => {
        await stream.world.blobs.putIfAbsent('spills/bomb', STORED_BOMB);
        await overwrite(stream, { ...head, delta: { blobKey: 'spills/bomb' } });
      },
    ],
    [
      'snapshot',
      async (stream: HostileStream, head: LogEntry) => {
        await stream.world.blobs.putIfAbsent('snapshots/bomb', STORED_BOMB);
        await overwrite(stream, { ...head, snapshotVersion: 1, snapshotKey: 'snapshots/bomb' });
      },
    ],
  ])('that somebody forged as a %s stops the shard with an error instead of the function', async (_, forge) => {
    const stream = new HostileStream();
    await stream.invoke(eventRecord(1, reading('a', 0)));
    await forge(stream, await stream.world.head());
    await expect(stream.rebuiltHash()).rejects.toEqual(CORRUPT);
  });
});

/** Version 2, whatever it says. */
async function overwrite({ world }: HostileStream, entry: LogEntry): Promise<void> {
  const forged = { ...entry, version: 2, commitId: 'forged', previousCommitId: entry.commitId };
  expect(await world.logs.put(world.logId, 2 % world.settings.slots, forged, undefined)).toMatchObject({
    kind: 'stored',
  });
}

describe('an object in the lake', () => {
  it('that would inflate to 1 GiB is refused', async () => {
    const blobs = new MemoryBlobStore();
    await blobs.putIfAbsent('readings/late/good.gz', gzipSync(`{"partition":"${SHARD.partition}"}\n`));
    expect(await collect(readLake(blobs, ''))).toEqual([{ partition: SHARD.partition }]);
    await blobs.putIfAbsent('readings/late/bomb.gz', GZIP_BOMB);
    await expect(collect(readLake(blobs, ''))).rejects.toMatchObject({ kind: 'internal', code: 'LAKE_CORRUPT' });
  });
});
