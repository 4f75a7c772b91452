import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ResultTableSink } from '../adapters/dynamodb/result-table.ts';
import { FirehoseSink } from '../adapters/firehose/firehose-sink.ts';
import { StreamSink } from '../adapters/kinesis/stream-sink.ts';
import { TopicSink } from '../adapters/kafka/topic-sink.ts';
import { LakeSink } from '../adapters/lake/lake-sink.ts';
import type { Topology } from '../engine/topology.ts';
import type { Sink } from '../engine/ports.ts';
import { blobStoreAt } from './blob-store-at.ts';
import type { FunctionEnvironment } from './environment.ts';
import { kafkaConnect } from './kafka-connect.ts';

/** Where the outbox of a pipeline goes. Late records and dead letters are always the lake's, written by the function itself. */
export function sinksOf(
  { name: pipeline, sinks, results }: Pick<Topology, 'name' | 'sinks' | 'results'>,
  environment: Required<FunctionEnvironment>,
  dynamodb: DynamoDBClient,
): Sink[] {
  const { TIDEMARK_LAKE: lake, TIDEMARK_LAKE_FIREHOSE: stream, TIDEMARK_RESULTS_TABLE: table } = environment;
  const blobs = blobStoreAt(lake);
  const kinds = sinks.map(({ kind }) => kind);
  const viaFirehose = kinds.includes('lake') && stream !== '';
  const list: Sink[] = [
    new LakeSink({ blobs, pipeline, results: kinds.includes('lake') && !viaFirehose ? 'results' : 'none' }),
  ];
  const oversized = new LakeSink({ blobs, pipeline, results: 'oversized' });
  if (viaFirehose) list.push(new FirehoseSink({ client: firehoseClient(), stream, oversized }));
  if (kinds.includes('stream'))
    list.push(new StreamSink({ client: kinesisClient(), stream: environment.TIDEMARK_OUTPUT_STREAM, oversized }));
  const topic = sinks.find((sink) => sink.kind === 'topic');
  if (topic !== undefined)
    list.push(new TopicSink({ connect: kafkaConnect(environment, `topic ${topic.topic}`), ...topic, oversized }));
  if (kinds.includes('resultTable'))
    list.push(
      new ResultTableSink({
        client: dynamodb,
        table,
        ...(environment.TIDEMARK_RESULTS_TABLE_RETAINED === 'yes'
          ? { takenOver: { identity: results.identity, pipeline } }
          : {}),
        warn: (text) => console.warn(text),
      }),
    );
  return list;
}

/** Sends each request once: the sinks themselves resend what was refused, and only that. */
const once = () => ({
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true }),
});
const firehoseClient = (): FirehoseClient => new FirehoseClient(once());
const kinesisClient = (): KinesisClient => new KinesisClient(once());
