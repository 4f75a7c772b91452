import { requireKinesis } from '../../engine/dsl/sources.ts';
import type { Topology } from '../../engine/dsl/topology.ts';
import { dynamodbClient, kinesisClient } from '../aws/clients.ts';
import { ensureStream, type StreamInfo } from '../aws/stream.ts';
import { ensureTables } from '../aws/tables.ts';
import type { Emulator } from '../emulators/emulator.ts';
import { startDynamoDb, startKinesis } from '../emulators/start.ts';
import type { RunFile } from '../storage/claim.ts';
import type { PipelineDir } from '../storage/data-dir.ts';
import { writeJsonFile } from '../storage/json-file.ts';
import { thisProcess } from '../storage/process-identity.ts';

/** The AWS services of one run, on loopback. */
export interface Services {
  readonly kinesis: Emulator;
  readonly dynamodb: Emulator;
  readonly stream: StreamInfo;
  stop(): Promise<void>;
}

/** Starts the emulators, makes the stream and the tables, and tells other processes where they are. */
export async function startServices(dir: PipelineDir, { name, source, sinks }: Topology, shards: number | undefined): Promise<Services> {
  const started = await Promise.allSettled([startKinesis(dir.kinesis), startDynamoDb(dir.dynamodb)]);
  const stop = async (): Promise<void> => {
    await Promise.all(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])));
  };
  const [kinesis, dynamodb] = started;
  try {
    if (kinesis.status === 'rejected') throw kinesis.reason;
    if (dynamodb.status === 'rejected') throw dynamodb.reason;
    const stream = await prepare(kinesis.value.endpoint, dynamodb.value.endpoint, name, requireKinesis(source, 'tidemark local').stream, shards, sinks);
    writeJsonFile(dir.runFile, {
      ...thisProcess(),
      stream: stream.name,
      kinesisEndpoint: kinesis.value.endpoint,
      dynamodbEndpoint: dynamodb.value.endpoint,
    } satisfies RunFile);
    return { kinesis: kinesis.value, dynamodb: dynamodb.value, stream, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepare(kinesisEndpoint: string, dynamodbEndpoint: string, pipeline: string, stream: string, shards: number | undefined, sinks: Topology['sinks']): Promise<StreamInfo> {
  const kinesis = kinesisClient(kinesisEndpoint);
  const dynamodb = dynamodbClient(dynamodbEndpoint);
  try {
    const [info] = await Promise.all([ensureStream(kinesis, stream, shards), ensureTables(dynamodb, pipeline)]);
    for (const sink of sinks) if (sink.kind === 'stream') await ensureStream(kinesis, sink.stream, undefined);
    return info;
  } finally {
    kinesis.destroy();
    dynamodb.destroy();
  }
}
