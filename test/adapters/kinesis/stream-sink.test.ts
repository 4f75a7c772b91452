import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { StreamSink } from '../../../adapters/kinesis/stream-sink.ts';
import { LakeSink } from '../../../adapters/lake/lake-sink.ts';
import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { RowsRefused } from '../../../engine/rows-refused.ts';
import { recordsIn, startKinesis } from '../../support/kinesis.ts';
import type { RunningKinesis } from '../../support/kinesis.ts';
import { RecordingClock } from '../../support/recording-clock.ts';
import { sampleDelivery, sampleLate, sampleRow } from '../../support/samples.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import type { ScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer;
let kinesis: RunningKinesis;
let scripted: KinesisClient;
let blobs: MemoryBlobStore;
let clock: RecordingClock;

beforeAll(async () => {
  [server, kinesis] = await Promise.all([startScriptedServer(), startKinesis()]);
  await kinesis.createStream('results', 4);
  scripted = new KinesisClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.port}`,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  });
});

beforeEach(() => {
  blobs = new MemoryBlobStore();
  clock = new RecordingClock();
});

afterAll(async () => {
  scripted.destroy();
  await Promise.all([server.close(), kinesis.stop()]);
});

const sinkOf = (client: KinesisClient) =>
  new StreamSink({
    client,
    stream: 'results',
    oversized: new LakeSink({ blobs, pipeline: 'flights', results: 'oversized' }),
    clock,
  });
const taken = { SequenceNumber: '1', ShardId: 'shardId-000000000000' };
const refused = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded' };
const keysSent = () =>
  server.requests.map(({ body }) =>
    (JSON.parse(body) as { Records: Array<{ PartitionKey: string }> }).Records.map(({ PartitionKey }) => PartitionKey),
  );

describe('StreamSink', () => {
  it('puts every result under its key, the revisions of a key in order on one shard', async () => {
    const rows = ['ATL', 'BOS', 'ATL', 'É'].map((key, index) => sampleRow(key, 0, index + 1));
    expect(await sinkOf(kinesis.client).deliver(sampleDelivery({ results: rows }))).toEqual({ rows: 4, writeUnits: 0 });
    const records = await recordsIn(kinesis.client, 'results');
    expect(records.map(({ partitionKey }) => partitionKey).sort()).toEqual(['ATL', 'ATL', 'BOS', 'É']);
    const atlanta = records.filter(({ partitionKey }) => partitionKey === 'ATL');
    expect(new Set(atlanta.map(({ shard }) => shard)).size).toBe(1);
    expect(atlanta.map(({ data }) => (JSON.parse(data.toString()) as { revision: number }).revision)).toEqual([1, 3]);
  });

  it('resends the refused records of a call and no others (R-39)', async () => {
    server.script(
      { status: 200, body: { FailedRecordCount: 1, Records: [taken, refused, taken] } },
      { status: 200, body: { FailedRecordCount: 0, Records: [taken] } },
    );
    await sinkOf(scripted).deliver(sampleDelivery({ results: ['a', 'b', 'c'].map((key) => sampleRow(key, 0, 1)) }));
    expect(keysSent()).toEqual([['a', 'b', 'c'], ['b']]);
    expect(clock.slept).toHaveLength(1);
  });

  it('throws as unavailable what is refused to the last', async () => {
    server.script({ status: 200, body: { FailedRecordCount: 1, Records: [refused] } });
    await expect(sinkOf(scripted).deliver(sampleDelivery({ results: [sampleRow('a', 0, 1)] }))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'SINK_UNAVAILABLE',
    });
    expect(server.requests).toHaveLength(8);
  });

  it('says what to do when the stream is not there', async () => {
    server.script({ status: 400, body: { __type: 'ResourceNotFoundException', message: 'from the script' } });
    await expect(sinkOf(scripted).deliver(sampleDelivery({ results: [sampleRow('a', 0, 1)] }))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'SINK_REFUSED',
      message:
        'stream results must accept the call to put 1 records, got ResourceNotFoundException: from the script; deploy it, or correct its name',
    });
  });

  it('cuts a commit into calls of at most 500 records', async () => {
    server.script(
      ...[500, 500, 1].map((count) => ({ status: 200, body: { Records: Array.from({ length: count }, () => taken) } })),
    );
    await sinkOf(scripted).deliver(
      sampleDelivery({ results: Array.from({ length: 1_001 }, (_, index) => sampleRow(`k${index}`, 0, 1)) }),
    );
    expect(keysSent().map(({ length }) => length)).toEqual([500, 500, 1]);
  });

  it('shortens a key that is too long for a partition key, and has one for an empty key', async () => {
    server.script({ status: 200, body: { Records: [taken, taken] } });
    await sinkOf(scripted).deliver(
      sampleDelivery({ results: [sampleRow('x'.repeat(300), 0, 1), sampleRow('', 0, 1)] }),
    );
    expect(keysSent()).toEqual([['x'.repeat(256), ' ']]);
  });

  it('cuts a key between characters, and has one that Kinesis can hash for a key that is no text', async () => {
    server.script({ status: 200, body: { Records: [taken, taken] } });
    await sinkOf(scripted).deliver(
      sampleDelivery({ results: [sampleRow(`${'x'.repeat(255)}\u{1f600}`, 0, 1), sampleRow('a\ud83d', 0, 1)] }),
    );
    expect(keysSent()).toEqual([[`${'x'.repeat(255)}\ufffd`, 'a\ufffd']]);
  });

  it('names a record that Kinesis refuses by itself for what it is, and resends the throttled ones', async () => {
    const unfit = { ErrorCode: 'InvalidArgumentException', ErrorMessage: 'Record is not valid' };
    server.script(
      { status: 200, body: { FailedRecordCount: 2, Records: [taken, unfit, refused] } },
      { status: 200, body: { FailedRecordCount: 0, Records: [taken] } },
    );
    await expect(
      sinkOf(scripted).deliver(sampleDelivery({ results: ['a', 'b', 'c'].map((key) => sampleRow(key, 0, 1)) })),
    ).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      rows: [{ row: { key: 'b' }, reason: 'Record is not valid' }],
      receipt: { rows: 2, writeUnits: 0 },
    });
    expect(keysSent()).toEqual([['a', 'b', 'c'], ['c']]);
  });

  it.each(['InvalidArgumentException', 'ValidationException'])(
    'names no row where every one is refused and nothing says why: %s',
    async (name) => {
      server.script({ status: 400, body: { __type: name, message: 'from the script' } });
      const outcome = sinkOf(scripted).deliver(
        sampleDelivery({ results: ['a', 'b'].map((key) => sampleRow(key, 0, 1)) }),
      );
      await expect(outcome).rejects.toMatchObject({
        kind: 'internal',
        code: 'SINK_REFUSED',
        message: `stream results must accept the call to put 1 records, got ${name}: from the script; report this as a defect`,
      });
      await expect(outcome).rejects.not.toBeInstanceOf(RowsRefused);
      expect(keysSent()).toEqual([['a', 'b'], ['a'], ['b']]);
    },
  );

  it('writes a result that no record can hold to the lake (PL-15), and leaves late records to it', async () => {
    server.script({ status: 500 });
    const large = sampleRow('large', 0, 1, { text: 'x'.repeat(1_048_576) });
    expect(await sinkOf(scripted).deliver(sampleDelivery({ results: [large], lateRecords: [sampleLate(1n)] }))).toEqual(
      { rows: 1, writeUnits: 0 },
    );
    expect(server.requests).toHaveLength(0);
    expect(await blobs.list('')).toHaveLength(1);
  });
});
