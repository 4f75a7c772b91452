import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { LakeSink } from '../../../adapters/lake/lake-sink.ts';
import { readLake } from '../../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { TidemarkError } from '../../../engine/errors.ts';
import { collect } from '../../support/collect.ts';
import { sampleDeadLetter, sampleDelivery, sampleLate, sampleRow, SHARD } from '../../support/samples.ts';

const DAY = 86_400_000;

function openLake(results: 'results' | 'none' = 'results'): { blobs: MemoryBlobStore; sink: LakeSink } {
  const blobs = new MemoryBlobStore();
  return { blobs, sink: new LakeSink({ blobs, pipeline: 'flights', results }) };
}

describe('LakeSink', () => {
  it('lays objects out by day: results by window start, late records by event time, dead letters by arrival', async () => {
    const { blobs, sink } = openLake();
    const delivery = sampleDelivery(
      {
        results: [sampleRow('ATL', 0, 1), sampleRow('BOS', DAY, 1)],
        lateRecords: [sampleLate(7n, { eventTimeMs: 2 * DAY - 1 })],
        deadLetters: [sampleDeadLetter(8n, { arrivalTimeMs: 1.5 * DAY })],
      },
      42,
    );
    expect(await sink.deliver(delivery)).toEqual({ rows: 4, writeUnits: 0 });
    expect(await blobs.list('')).toEqual([
      'flights/dead-letters/day=1970-01-02/shardId-000000000000-000000000042-commit-42.gz',
      'flights/late/day=1970-01-02/shardId-000000000000-000000000042-commit-42.gz',
      'flights/results/day=1970-01-01/shardId-000000000000-000000000042-commit-42.gz',
      'flights/results/day=1970-01-02/shardId-000000000000-000000000042-commit-42.gz',
    ]);
  });

  it('writes a result with its id and its aggregates beside the fixed fields', async () => {
    const { blobs, sink } = openLake();
    await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 2, { departures: 12, meanDelayMin: 3.5 })] }));
    const [key] = await blobs.list('');
    const bytes = await blobs.get(key ?? '');
    expect(gunzipSync(bytes ?? '').toString()).toBe(
      '{"id":"flights/results/0-10/2/ATL","key":"ATL","windowStartMs":0,"windowEndMs":10,"revision":2,"departures":12,"meanDelayMin":3.5}\n',
    );
  });

  it('writes late records and dead letters byte for byte, their offsets as text', async () => {
    const { blobs, sink } = openLake();
    await sink.deliver(
      sampleDelivery({ lateRecords: [sampleLate(2n ** 80n)], deadLetters: [sampleDeadLetter(9n, { subSequence: 3 })] }),
    );
    expect(await collect(readLake(blobs, 'flights/late/'))).toEqual([
      {
        partition: SHARD.partition,
        offset: '1208925819614629174706176',
        subSequence: 0,
        key: 'ATL',
        eventTimeMs: 0,
        arrivalTimeMs: 20,
        watermarkMs: 15,
        data: 'eyJsYXRlIjp0cnVlfQ==',
      },
    ]);
    expect(await collect(readLake(blobs, 'flights/dead-letters/'))).toEqual([
      {
        partition: SHARD.partition,
        offset: '9',
        subSequence: 3,
        partitionKey: 'ATL',
        arrivalTimeMs: 20,
        code: 'NOT_JSON',
        reason: 'record must be JSON',
        data: 'AP8=',
      },
    ]);
  });

  it('tells late records of two exchanges apart, whose receivers have one number', async () => {
    const { blobs, sink } = openLake();
    const delivery = sampleDelivery({ lateRecords: [sampleLate(1n)] });
    for (const source of ['by-destination', 'by-carrier'])
      await sink.deliver({
        ...delivery,
        partition: { ...SHARD, stage: '1', source, partition: 'r0' },
        commitId: source,
      });
    expect((await collect(readLake(blobs, 'flights/late/'))).map(({ partition }) => partition)).toEqual([
      'by-carrier/r0',
      'by-destination/r0',
    ]);
  });

  it('holds each row once when a delivery is repeated, even after a failure in the middle', async () => {
    const { blobs, sink } = openLake();
    const delivery = sampleDelivery({ results: [sampleRow('ATL', 0, 1), sampleRow('ATL', DAY, 1)] });
    await sink.deliver(delivery);
    const [first, second] = await blobs.list('');
    const before = await blobs.get(first ?? '');
    await blobs.delete(second ?? '');
    expect(await sink.deliver(delivery)).toMatchObject({ rows: 1 });
    expect(await sink.deliver(delivery)).toMatchObject({ rows: 0 });
    expect(await collect(readLake(blobs, ''))).toHaveLength(2);
    expect(await blobs.get(first ?? '')).toEqual(before);
  });

  it('writes the same bytes for the same commit', async () => {
    const delivery = sampleDelivery({ results: [sampleRow('ATL', 0, 1)] });
    const written = await Promise.all(
      [openLake(), openLake()].map(async ({ blobs, sink }) => {
        await sink.deliver(delivery);
        return blobs.get((await blobs.list(''))[0] ?? '');
      }),
    );
    expect(written[0]).toEqual(written[1]);
  });

  it('writes every firing of a window', async () => {
    const { blobs, sink } = openLake();
    await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1), sampleRow('ATL', 0, 2)] }));
    expect((await collect(readLake(blobs, ''))).map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it('leaves results out when told to, but never late records or dead letters', async () => {
    const { blobs, sink } = openLake('none');
    const { rows } = await sink.deliver(
      sampleDelivery({
        results: [sampleRow('ATL', 0, 1)],
        lateRecords: [sampleLate(1n)],
        deadLetters: [sampleDeadLetter(2n)],
      }),
    );
    expect(rows).toBe(2);
    expect((await blobs.list('')).map((key) => key.split('/')[1])).toEqual(['dead-letters', 'late']);
  });

  it('writes nothing for an empty outbox', async () => {
    const { blobs, sink } = openLake();
    expect(await sink.deliver(sampleDelivery({}))).toEqual({ rows: 0, writeUnits: 0 });
    expect(await blobs.list('')).toEqual([]);
  });

  it.each([
    [NaN, '1970-01-01'],
    [Date.UTC(-1, 0), '1970-01-01'],
    [Infinity, '2049-12-31'],
    [8.64e15 + 1, '2049-12-31'],
    [Date.UTC(10_000, 0), '2049-12-31'],
  ])('puts time %p into a day that the tables list', async (eventTimeMs, day) => {
    const { blobs, sink } = openLake();
    await sink.deliver(sampleDelivery({ lateRecords: [sampleLate(1n, { eventTimeMs })] }));
    expect(await blobs.list(`flights/late/day=${day}/`)).toHaveLength(1);
  });

  it('cannot be led out of its folders by names', async () => {
    const blobs = new MemoryBlobStore();
    const sink = new LakeSink({ blobs, pipeline: '..', results: 'results' });
    await sink.deliver({
      ...sampleDelivery({ results: [sampleRow('../../x', 0, 1)] }),
      partition: { ...SHARD, partition: '../../etc/passwd' },
    });
    expect(await blobs.list('')).toEqual(['_/results/day=1970-01-01/.._.._etc_passwd-000000000001-commit-1.gz']);
  });

  it('reports an unavailable blob store as an unavailable sink', async () => {
    const cause = new TidemarkError('unavailable', 'BLOB_UNAVAILABLE', 'could not write blob x: the disk is full');
    const blobs = Object.assign(new MemoryBlobStore(), { putIfAbsent: () => Promise.reject(cause) });
    await expect(
      new LakeSink({ blobs, pipeline: 'flights', results: 'results' }).deliver(
        sampleDelivery({ results: [sampleRow('ATL', 0, 1)] }),
      ),
    ).rejects.toMatchObject({ kind: 'unavailable', code: 'SINK_UNAVAILABLE', cause });
  });
});

describe('readLake', () => {
  it('reads objects in the order of their keys', async () => {
    const { blobs, sink } = openLake();
    for (const version of [10, 9, 11])
      await sink.deliver(sampleDelivery({ results: [sampleRow(`v${version}`, 0, 1)] }, version));
    expect((await collect(readLake(blobs, 'flights/results/'))).map(({ key }) => key)).toEqual(['v9', 'v10', 'v11']);
  });

  it.each([
    ['not gzip', Buffer.from('plain')],
    ['not JSON', gzipSync('{"a":')],
    ['cut short', gzipSync('{"a":1}\n').subarray(0, 15)],
  ])('says which object is %s', async (_what, bytes) => {
    const { blobs } = openLake();
    await blobs.putIfAbsent('flights/bad.gz', bytes);
    await expect(collect(readLake(blobs, ''))).rejects.toMatchObject({
      kind: 'internal',
      code: 'LAKE_CORRUPT',
      message: expect.stringContaining('flights/bad.gz'),
    });
  });
});
