import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { FirehoseSink } from '../../../adapters/firehose/firehose-sink.ts';
import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { LakeSink } from '../../../adapters/lake/lake-sink.ts';
import { readLake } from '../../../adapters/lake/read-lake.ts';
import { DEFAULT_BACK_OFF } from '../../../adapters/shared/back-off.ts';
import { collect } from '../../support/collect.ts';
import { rowsIn, startFirehose } from '../../support/firehose.ts';
import type { RunningFirehose } from '../../support/firehose.ts';
import { RecordingClock } from '../../support/recording-clock.ts';
import { sampleDelivery, sampleLate, sampleRow } from '../../support/samples.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';

let firehose: RunningFirehose;
let clock: RecordingClock;
let blobs: MemoryBlobStore;
let sink: FirehoseSink;

beforeAll(async () => {
  firehose = await startFirehose();
});

beforeEach(() => {
  firehose.reset();
  clock = new RecordingClock();
  blobs = new MemoryBlobStore();
  sink = new FirehoseSink({
    client: firehose.client,
    stream: 'results',
    oversized: new LakeSink({ blobs, pipeline: 'flights', results: 'oversized' }),
    clock,
  });
});

afterAll(() => firehose.stop());

const rows = (count: number, text = '') =>
  Array.from({ length: count }, (_, index) => sampleRow(`key-${index}`, 0, 1, { index, text }));
const indexes = () => rowsIn(firehose.stored).map(({ index }) => index);

describe('FirehoseSink', () => {
  it('packs the lines of a commit into records of at most 500, which is what Firehose separates', async () => {
    await sink.deliver(sampleDelivery({ results: rows(1_201) }));
    expect(firehose.calls.map((records) => records.map((record) => rowsIn([record]).length))).toEqual([
      [500, 500, 201],
    ]);
    expect(indexes()).toEqual(Array.from({ length: 1_201 }, (_, index) => index));
  });

  it('keeps each call below 4 MiB and each record below 1,000 KiB', async () => {
    await sink.deliver(sampleDelivery({ results: rows(20, 'x'.repeat(900_000)) }));
    expect(rowsIn(firehose.stored)).toHaveLength(20);
    for (const records of firehose.calls)
      expect(records.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(4 * 1024 * 1024);
    for (const record of firehose.stored) expect(record.length).toBeLessThanOrEqual(1_024_000);
  });

  it('resends the refused entries of a call and no others, after a pause (R-39)', async () => {
    firehose.refuse((call, entry) => call === 0 && entry % 2 === 1);
    await sink.deliver(sampleDelivery({ results: rows(4, 'x'.repeat(100_000)) }));
    expect(firehose.calls.map((records) => rowsIn(records).map(({ index }) => index))).toEqual([
      [0, 1, 2, 3],
      [1, 3],
    ]);
    expect(new Set(indexes())).toEqual(new Set([0, 1, 2, 3]));
    expect(clock.slept).toHaveLength(1);
  });

  it('gives up after eight tries as unavailable, with what was refused: the outbox waits for the next invocation', async () => {
    firehose.refuse((_, entry) => entry === 0);
    await expect(sink.deliver(sampleDelivery({ results: rows(2, 'x'.repeat(100_000)) }))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'SINK_UNAVAILABLE',
      message: '1 of 2 entries were refused 8 times, the last time with ServiceUnavailableException',
      context: { sink: 'firehose', refused: 1 },
    });
    expect(firehose.calls).toHaveLength(DEFAULT_BACK_OFF.attempts);
    expect(clock.slept).toHaveLength(DEFAULT_BACK_OFF.attempts - 1);
  });

  it('finds the one line that Firehose refuses among those that share its record', async () => {
    firehose.refuseCalls((records) =>
      String(Buffer.concat(records)).includes('"index":77,')
        ? { name: 'ValidationException', message: "Value at 'records.1.member.data' failed" }
        : undefined,
    );
    await expect(sink.deliver(sampleDelivery({ results: rows(1_201) }))).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      rows: [{ row: { key: 'key-77' }, reason: "Value at 'records.1.member.data' failed" }],
      receipt: { rows: 1_200, writeUnits: 0 },
    });
    expect(indexes().sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 1_201 }, (_, index) => index).filter((index) => index !== 77),
    );
    expect(clock.slept).toEqual([]);
  });

  it.each(['before', 'after'] as const)('sends a call again whose answer got lost %s it was stored', async (when) => {
    firehose.cut(when, 1);
    await sink.deliver(sampleDelivery({ results: rows(3) }));
    expect(firehose.calls).toHaveLength(2);
    expect(new Set(indexes())).toEqual(new Set([0, 1, 2]));
  });

  it('takes entries without an answer for refused (R-40)', async () => {
    const server = await startScriptedServer();
    const client = new FirehoseClient({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${server.port}`,
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    try {
      server.script(
        { status: 200, body: { FailedPutCount: 0, RequestResponses: [] } },
        { status: 200, body: { FailedPutCount: 0, RequestResponses: [{ RecordId: '1' }] } },
      );
      await new FirehoseSink({ client, stream: 'results', oversized: sink, clock }).deliver(
        sampleDelivery({ results: rows(1) }),
      );
      expect(server.requests).toHaveLength(2);

      server.script({ status: 400, body: { __type: 'ResourceNotFoundException', message: 'from the script' } });
      await expect(
        new FirehoseSink({ client, stream: 'gone', oversized: sink, clock }).deliver(
          sampleDelivery({ results: rows(1) }),
        ),
      ).rejects.toMatchObject({
        kind: 'invalid',
        code: 'SINK_REFUSED',
        message:
          'Firehose stream gone must accept the call to put 1 records, got ResourceNotFoundException: from the script; deploy it, or correct its name',
      });
      expect(server.requests).toHaveLength(1);
    } finally {
      client.destroy();
      await server.close();
    }
  });

  it('writes a result that no Firehose record can hold under a key of its own (PL-15)', async () => {
    const [small, large] = [sampleRow('small', 0, 1), sampleRow('large', 0, 1, { text: 'é'.repeat(512_000) })];
    expect(await sink.deliver(sampleDelivery({ results: [small, large] }))).toEqual({ rows: 2, writeUnits: 0 });
    expect(rowsIn(firehose.stored).map(({ key }) => key)).toEqual(['small']);
    expect(await blobs.list('')).toEqual([
      'flights/oversized/day=1970-01-01/shardId-000000000000-000000000001-commit-1.gz',
    ]);
    expect(await collect(readLake(blobs, ''))).toMatchObject([{ key: 'large', id: 'flights/results/0-10/1/large' }]);
  });

  it('leaves late records to the lake', async () => {
    expect(await sink.deliver(sampleDelivery({ lateRecords: [sampleLate(1n)] }))).toEqual({ rows: 0, writeUnits: 0 });
    expect(firehose.calls).toEqual([]);
  });
});
