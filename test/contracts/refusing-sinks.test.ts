import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteStreamCommand, KinesisClient, type PutRecordsCommandInput } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { ResultTableSink } from '../../adapters/dynamodb/result-table.ts';
import { FirehoseSink } from '../../adapters/firehose/firehose-sink.ts';
import { StreamSink } from '../../adapters/kinesis/stream-sink.ts';
import { MemorySink } from '../../adapters/memory/sink.ts';
import { collect } from '../support/collect.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../support/test-dynamodb.ts';
import { rowsIn, startFirehose, type RunningFirehose } from '../support/firehose.ts';
import { recordsIn, startKinesis, type RunningKinesis } from '../support/kinesis.ts';
import { sampleRow } from '../support/samples.ts';
import { refusingContract, type OpenRefusing } from './sink.contract.ts';

type Stored = Awaited<ReturnType<OpenRefusing['stored']>>;

/** Less than any service has, so that a test need not send a megabyte. */
const LIMIT_BYTES = 20_000;
const tooLong = (place: number) =>
  `1 validation error detected: Value at 'records.${place + 1}.member.data' failed to satisfy constraint: Member must have length less than or equal to ${LIMIT_BYTES}`;
const longRow = (length: number) => (key: string, windowStartMs: number) =>
  sampleRow(key, windowStartMs, 1, { text: 'x'.repeat(length) });

let dynamoDb: TestDynamoDb;
let firehose: RunningFirehose;
let kinesis: RunningKinesis;
let limited: KinesisClient;
let streams = 0;

beforeAll(async () => {
  [dynamoDb, firehose, kinesis] = await Promise.all([startTestDynamoDb(), startFirehose(), startKinesis()]);
  limited = limitedClient(kinesis);
});

afterAll(async () => {
  limited.destroy();
  await Promise.all([dynamoDb.close(), firehose.stop(), kinesis.stop()]);
});

describe.each(['batched', 'one by one'] as const)('writes %s', (writes) => {
  refusingContract('ResultTableSink', async () => {
    const { client } = dynamoDb;
    const table = await dynamoDb.createResultTable();
    return {
      sink: new ResultTableSink({ client, table, writes }),
      unfit: longRow(410_000),
      stored: () => collect(readResults(client, table)),
      deny: async () => void (await client.send(new DeleteTableCommand({ TableName: table }))),
    };
  });
});

refusingContract('ResultTableSink whose rows DynamoDB refuses in their statements', async () => {
  const { client } = dynamoDb;
  const table = await dynamoDb.createResultTable();
  return {
    sink: new ResultTableSink({ client, table }),
    unfit: (key, windowStartMs) => sampleRow(key, windowStartMs, 1, { deep: nested(40) }),
    stored: () => collect(readResults(client, table)),
    deny: async () => void (await client.send(new DeleteTableCommand({ TableName: table }))),
  };
});

refusingContract('FirehoseSink', async () => {
  firehose.reset();
  let isDenied = false;
  firehose.refuseCalls((records) => {
    // A record of several lines is longer than one of them: only what cannot be cut into smaller ones is unfit.
    const place = records.findIndex(({ length }) => length > LIMIT_BYTES);
    if (place >= 0) return { name: 'ValidationException', message: tooLong(place) };
    return isDenied
      ? { name: 'AccessDeniedException', message: 'not authorized to perform: firehose:PutRecordBatch' }
      : undefined;
  });
  return {
    sink: new FirehoseSink({ client: firehose.client, stream: 'results', oversized: new MemorySink() }),
    unfit: longRow(LIMIT_BYTES),
    stored: async () => rowsIn(firehose.stored) as unknown as Stored,
    deny: async () => void (isDenied = true),
  };
});

refusingContract('StreamSink', async () => {
  const stream = `results-${(streams += 1)}`;
  await kinesis.createStream(stream, 2);
  return {
    sink: new StreamSink({ client: limited, stream, oversized: new MemorySink() }),
    unfit: longRow(LIMIT_BYTES),
    stored: async () => rowsIn((await recordsIn(kinesis.client, stream)).map(({ data }) => data)) as unknown as Stored,
    deny: async () => {
      await kinesis.client.send(new DeleteStreamCommand({ StreamName: stream }));
    },
  };
});

const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)]);

/** A client of a stream that takes records of at most LIMIT_BYTES, and refuses a call for one that is longer, as Kinesis does. */
function limitedClient({ client }: RunningKinesis): KinesisClient {
  const { endpoint, region, credentials } = client.config;
  const made = new KinesisClient({
    endpoint: endpoint as NonNullable<typeof endpoint>,
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  made.middlewareStack.add(
    (next) => async (args) => {
      const { Records = [] } = args.input as PutRecordsCommandInput;
      const place = Records.findIndex(({ Data }) => (Data?.length ?? 0) > LIMIT_BYTES);
      if (place < 0) return next(args);
      throw Object.assign(new Error(tooLong(place)), {
        name: 'ValidationException',
        $metadata: { httpStatusCode: 400 },
      });
    },
    { step: 'initialize' },
  );
  return made;
}
