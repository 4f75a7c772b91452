import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kinesisServer } from '../../local/emulators/kinesis/server.ts';

export interface RunningKinesis {
  readonly client: KinesisClient;
  createStream(name: string, shards: number): Promise<void>;
  /** Resolves when the stream is ready again. */
  active(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** A Kinesis API in this process, on a port of its own, in a folder that `stop` removes. */
export async function startKinesis(): Promise<RunningKinesis> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-kinesis-'));
  const server = kinesisServer(folder);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const client = new KinesisClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  });
  const active = async (name: string) => {
    for (;;) {
      const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: name }));
      if (StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
    }
  };
  return {
    client,
    active,
    async createStream(name, shards) {
      await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
      await active(name);
    },
    async stop() {
      client.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(folder, { recursive: true });
    },
  };
}

/** Every record of a stream, shard by shard. */
export async function recordsIn(
  client: KinesisClient,
  StreamName: string,
): Promise<Array<{ readonly shard: string; readonly partitionKey: string; readonly data: Buffer }>> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  const found = await Promise.all(
    Shards.map(async ({ ShardId: shard = '' }) => {
      const { ShardIterator } = await client.send(
        new GetShardIteratorCommand({ StreamName, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
      return Records.map(({ PartitionKey: partitionKey = '', Data = [] }) => ({
        shard,
        partitionKey,
        data: Buffer.from(Data),
      }));
    }),
  );
  return found.flat();
}
