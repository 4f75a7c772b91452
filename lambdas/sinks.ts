import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ResultTableSink } from '../adapters/dynamodb/result-table.ts';
import { LakeSink } from '../adapters/lake/lake-sink.ts';
import { LazySink } from '../adapters/shared/lazy-sink.ts';
import type { Topology } from '../engine/topology.ts';
import type { Sink } from '../engine/ports.ts';
import { blobStoreAt } from './blob-store-at.ts';
import type { FunctionEnvironment } from './environment.ts';
import { kafkaConnect } from './kafka-connect.ts';

/**
 * Where the outbox of a pipeline goes. Late records and dead letters are always the lake's, written by the function itself.
 * Clients of services are loaded with the first delivery to them; DynamoDB's is there already, for the log.
 */
export function sinksOf(
  { name: pipeline, sinks, results }: Pick<Topology, 'name' | 'sinks' | 'results'>,
  environment: Required<FunctionEnvironment>,
  dynamodb: DynamoDBClient,
): Sink[] {
  const { TIDEMARK_LAKE: lake, TIDEMARK_LAKE_FIREHOSE: firehose, TIDEMARK_RESULTS_TABLE: table } = environment;
  const blobs = blobStoreAt(lake);
  const kinds = sinks.map(({ kind }) => kind);
  const viaFirehose = kinds.includes('lake') && firehose !== '';
  const list: Sink[] = [
    new LakeSink({ blobs, pipeline, results: kinds.includes('lake') && !viaFirehose ? 'results' : 'none' }),
  ];
  const oversized = new LakeSink({ blobs, pipeline, results: 'oversized' });
  if (viaFirehose)
    list.push(
      new LazySink('firehose', async () => (await import('./firehose-output.ts')).firehoseOutput(firehose, oversized)),
    );
  const { TIDEMARK_OUTPUT_STREAM: stream } = environment;
  if (kinds.includes('stream'))
    list.push(new LazySink('stream', async () => (await import('./stream-output.ts')).streamOutput(stream, oversized)));
  const topic = sinks.find((sink) => sink.kind === 'topic');
  if (topic !== undefined) {
    const connect = kafkaConnect(environment, `topic ${topic.topic}`);
    list.push(
      new LazySink('topic', async () => {
        const { TopicSink } = await import('../adapters/kafka/topic-sink.ts');
        return new TopicSink({ connect, ...topic, oversized });
      }),
    );
  }
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
