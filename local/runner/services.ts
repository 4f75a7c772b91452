import type { Topology } from '../../engine/topology.ts';
import { requireSetting } from '../../engine/errors.ts';
import type { KafkaEnvironment } from '../../lambdas/kafka-environment.ts';
import { dynamodbClient, kinesisClient } from '../aws/clients.ts';
import { ensureStream, type StreamInfo } from '../aws/stream.ts';
import { ensureTables } from '../aws/tables.ts';
import type { Emulator } from '../emulators/emulator.ts';
import { startDynamoDb, startKinesis } from '../emulators/start.ts';
import { localConnect, localKafka } from '../kafka/environment.ts';
import { ensureTopic, HOW_TO_START_ONE } from '../kafka/topic.ts';
import { kafkaSource } from '../source/kafka-source.ts';
import { kinesisSource } from '../source/kinesis-source.ts';
import type { LocalSource } from '../source/local-source.ts';
import type { RunFile } from '../storage/claim.ts';
import type { PipelineDir } from '../storage/data-dir.ts';
import { writeJsonFile } from '../storage/json-file.ts';
import { thisProcess } from '../storage/process-identity.ts';
import type { LocalOptions } from './options.ts';

/** The AWS services of one run, on loopback. */
export interface Services {
  readonly kinesis: Emulator;
  readonly dynamodb: Emulator;
  /** In the order of the pipeline's sources. */
  readonly sources: readonly LocalSource[];
  /** How the user's own Kafka is reached; without brokers when there is none. */
  readonly kafka: Required<KafkaEnvironment>;
  stop(): Promise<void>;
}

/**
 * Starts the emulators, makes the streams or topics and the tables, and tells other processes where they are.
 *
 * @throws INVALID_SETTING (invalid) for a Kafka pipeline without a broker, and for a broker without a Kafka pipeline
 */
export async function startServices(
  dir: PipelineDir,
  topology: Topology,
  options: Pick<LocalOptions, 'shards' | 'kafka'>,
): Promise<Services> {
  const needsBroker =
    topology.sources.some(({ kind }) => kind === 'kafka') || topology.sinks.some(({ kind }) => kind === 'topic');
  if (needsBroker)
    requireSetting(
      '--kafka',
      options.kafka,
      options.kafka !== undefined,
      `the broker of ${topology.name}'s topics`,
      HOW_TO_START_ONE,
    );
  else
    requireSetting(
      '--kafka',
      options.kafka,
      options.kafka === undefined,
      'left out for a pipeline without topics',
      'leave it out',
    );
  const started = await Promise.allSettled([startKinesis(dir.kinesis), startDynamoDb(dir.dynamodb)]);
  const stop = async (): Promise<void> => {
    await Promise.all(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])));
  };
  const [kinesis, dynamodb] = started;
  try {
    if (kinesis.status === 'rejected') throw kinesis.reason;
    if (dynamodb.status === 'rejected') throw dynamodb.reason;
    const sources = await prepare(kinesis.value.endpoint, dynamodb.value.endpoint, topology, options);
    writeJsonFile(dir.runFile, {
      ...thisProcess(),
      kinesisEndpoint: kinesis.value.endpoint,
      dynamodbEndpoint: dynamodb.value.endpoint,
    } satisfies RunFile);
    return {
      kinesis: kinesis.value,
      dynamodb: dynamodb.value,
      sources,
      kafka: localKafka(options.kafka ?? [], process.env),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Of each source, with the shards that there are now. */
export function streamsOf(sources: readonly LocalSource[]): Promise<StreamInfo[]> {
  return Promise.all(
    sources.map(async ({ stream, shards }) => ({ ...stream, shards: [...(await shards()).keys()].sort() })),
  );
}

async function prepare(
  kinesisEndpoint: string,
  dynamodbEndpoint: string,
  topology: Topology,
  { shards, kafka }: Pick<LocalOptions, 'shards' | 'kafka'>,
): Promise<readonly LocalSource[]> {
  const { name, sources, sinks } = topology;
  const kinesis = kinesisClient(kinesisEndpoint);
  const dynamodb = dynamodbClient(dynamodbEndpoint);
  try {
    await ensureTables(dynamodb, topology);
    // Of a pipeline without topics: to nowhere, and never used.
    const connection = kafka === undefined ? { brokers: [] } : await localConnect(kafka)();
    for (const sink of sinks) {
      if (sink.kind === 'stream') await ensureStream(kinesis, sink.stream, undefined);
      if (sink.kind === 'topic') await ensureTopic(connection, sink.topic, undefined, { 'cleanup.policy': 'compact' });
    }
    const prepared: LocalSource[] = [];
    for (const source of sources)
      prepared.push(
        source.kind === 'kinesis'
          ? kinesisSource(kinesisEndpoint, await ensureStream(kinesis, source.stream, shards))
          : await kafkaSource(connection, name, source.topic, shards),
      );
    return prepared;
  } finally {
    kinesis.destroy();
    dynamodb.destroy();
  }
}
