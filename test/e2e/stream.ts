import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const STREAM = 'departures';
const NOT_YET = 300;

/** The stream of a run that has just been started, from the moment that it answers. */
export async function streamOf(dataDir: string): Promise<KinesisClient> {
  for (let tries = 0; ; tries++) {
    try {
      const { kinesisEndpoint } = JSON.parse(readFileSync(join(dataDir, 'flights', 'run.json'), 'utf8')) as {
        kinesisEndpoint: string;
      };
      const client = new KinesisClient({
        endpoint: kinesisEndpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
        requestHandler: new NodeHttpHandler(),
      });
      await client.send(new ListShardsCommand({ StreamName: STREAM }));
      return client;
    } catch (error) {
      if (tries === NOT_YET) throw error;
      await wait(100);
    }
  }
}

export async function splitShard(client: KinesisClient, shard: string, at: bigint): Promise<void> {
  await client.send(new SplitShardCommand({ StreamName: STREAM, ShardToSplit: shard, NewStartingHashKey: String(at) }));
  await active(client);
}

export async function mergeShards(client: KinesisClient, shard: string, next: string): Promise<void> {
  await client.send(new MergeShardsCommand({ StreamName: STREAM, ShardToMerge: shard, AdjacentShardToMerge: next }));
  await active(client);
}

async function active(client: KinesisClient): Promise<void> {
  for (;;) {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: STREAM }));
    if (StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
    await wait(20);
  }
}
