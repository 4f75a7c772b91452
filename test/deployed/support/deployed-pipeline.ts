import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent } from 'node:https';
import { readResults } from '../../../adapters/dynamodb/read-results.ts';
import { readLake } from '../../../adapters/lake/read-lake.ts';
import { S3BlobStore } from '../../../adapters/s3/blob-store.ts';
import type { Topology } from '../../../engine/topology.ts';
import { inspect } from '../../../operate/inspect/inspect.ts';
import type { PartitionReport } from '../../../operate/inspect/partition-report.ts';
import type { StackClients } from '../../../operate/stack/clients.ts';
import { describeStack } from '../../../operate/stack/describe-stack.ts';
import { placedSource, stackPlace } from '../../../operate/stack/stack-place.ts';
import { collect } from '../../support/collect.ts';
import type { Row } from '../../verify/compare.ts';
import type { Run } from '../../verify/run.ts';
import type { RunningEmulator } from './emulator.ts';
import { withoutEpoch } from '../../support/without-epoch.ts';

type Emulator = Pick<RunningEmulator, 'endpoint' | 'ca'>;

/** A pipeline of the emulator, as its users see it: result table and lake, and what an operator reads. */
export interface DeployedPipeline {
  results(): Promise<Row[]>;
  lake(folder: 'results' | 'late' | 'dead-letters'): Promise<Row[]>;
  /** The logs of all shards. */
  shards(): Promise<PartitionReport[]>;
  /** What the event source mapping says of its last batch. */
  lastProcessingResult(): Promise<string>;
  /** All that came out, as verify compares it, but for the dead letters: DuckDB knows of none. @param poison how many there are */
  run(poison: number): Promise<Run>;
}

/** Clients as anybody would make them, but for HTTP/1.1: see docs/localstack.md. */
export function clientsOf(emulator: Emulator): StackClients {
  return {
    cloudformation: new CloudFormationClient(settingsOf(emulator)),
    lambda: new LambdaClient(settingsOf(emulator)),
    kinesis: new KinesisClient(settingsOf(emulator)),
    dynamodb: new DynamoDBClient({ ...settingsOf(emulator), maxAttempts: 1 }),
    s3: new S3Client({ ...settingsOf(emulator), forcePathStyle: true }),
  };
}

export function firehoseOf(emulator: Emulator): FirehoseClient {
  return new FirehoseClient(settingsOf(emulator));
}

export function sqsOf(emulator: Emulator): SQSClient {
  return new SQSClient(settingsOf(emulator));
}

function settingsOf({ endpoint, ca }: Emulator) {
  const httpsAgent = new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler({ httpsAgent }),
  };
}

/**
 * The pipeline of `stack`, which must be deployed once the first question is asked.
 *
 * @param topology the newest of its definitions: reads what the others have written
 */
export function deployedPipeline(clients: StackClients, stack: string, topology: Topology): DeployedPipeline {
  const place = (variable: string): Promise<string> =>
    describeStack(clients, stack).then(({ function: { environment } }) => environment[variable] ?? '');
  const results = async (): Promise<Row[]> => {
    const rows = await collect(readResults(clients.dynamodb, await place('TIDEMARK_RESULTS_TABLE')));
    return rows.map(({ values, ...row }) => ({ ...row, ...values }));
  };
  const lake: DeployedPipeline['lake'] = async (folder) => {
    const bucket = new URL(await place('TIDEMARK_LAKE')).hostname;
    return collect(readLake(new S3BlobStore({ client: clients.s3, bucket }), `flights/${folder}/`));
  };
  const shards = async (): Promise<PartitionReport[]> => {
    const facts = await describeStack(clients, stack);
    const source = placedSource(facts.source);
    if (source === undefined) throw new Error(`stack ${stack} must have its stream, got none`);
    return inspect(stackPlace(clients, topology, facts, source));
  };
  return {
    results,
    lake,
    shards,
    lastProcessingResult: async () => (await describeStack(clients, stack)).mapping.lastProcessingResult ?? '',
    run: async (poison) =>
      runOf(
        { results: await results(), lake: await lake('results'), late: await lake('late'), shards: await shards() },
        poison,
      ),
  };
}

function runOf(
  { results, lake, late, shards }: { results: Row[]; lake: Row[]; late: Row[]; shards: PartitionReport[] },
  poison: number,
): Run {
  const total = (name: 'recordsIn' | 'counted' | 'late' | 'deadLetters' | 'firings' | 'openWindows'): number =>
    shards.reduce((sum, shard) => sum + shard[name], 0);
  return {
    results: results.map(withoutEpoch),
    lake: lake.map(withoutEpoch),
    late: late.map(withoutEpoch),
    deadLetters: [],
    counts: {
      recordsIn: total('recordsIn') - poison,
      counted: total('counted'),
      late: total('late'),
      deadLetters: total('deadLetters') - poison,
      results: results.length,
      firings: total('firings'),
      openWindows: total('openWindows'),
    },
  };
}
