import { afterAll, beforeAll } from '@jest/globals';
import { FirehoseSink } from '../../adapters/firehose/firehose-sink.ts';
import { StreamSink } from '../../adapters/kinesis/stream-sink.ts';
import { LakeSink } from '../../adapters/lake/lake-sink.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { collect } from '../support/collect.ts';
import { recordsIn, startKinesis } from '../support/kinesis.ts';
import type { RunningKinesis } from '../support/kinesis.ts';
import { rowsIn, startFirehose } from '../support/firehose.ts';
import type { RunningFirehose } from '../support/firehose.ts';
import { firingsContract } from './firings.contract.ts';

let firehose: RunningFirehose;
let kinesis: RunningKinesis;
let streams = 0;

beforeAll(async () => {
  [firehose, kinesis] = await Promise.all([startFirehose(), startKinesis()]);
});

afterAll(() => Promise.all([firehose.stop(), kinesis.stop()]));

firingsContract('LakeSink', async () => {
  const blobs = new MemoryBlobStore();
  return {
    sink: new LakeSink({ blobs, pipeline: 'flights', results: 'results' }),
    rows: () => collect(readLake(blobs, 'flights/results/')),
  };
});

firingsContract('FirehoseSink', async () => {
  firehose.reset();
  const oversized = new LakeSink({ blobs: new MemoryBlobStore(), pipeline: 'flights', results: 'oversized' });
  return {
    sink: new FirehoseSink({ client: firehose.client, stream: 'results', oversized }),
    rows: async () => rowsIn(firehose.stored),
  };
});

firingsContract('StreamSink', async () => {
  const stream = `results-${(streams += 1)}`;
  await kinesis.createStream(stream, 2);
  const oversized = new LakeSink({ blobs: new MemoryBlobStore(), pipeline: 'flights', results: 'oversized' });
  const rows = async () => rowsIn((await recordsIn(kinesis.client, stream)).map(({ data }) => data));
  return { sink: new StreamSink({ client: kinesis.client, stream, oversized }), rows };
});
