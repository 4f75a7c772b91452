import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kinesisClient } from '../../../local/aws/clients.ts';
import { kinesisServer } from '../../../local/emulators/kinesis/server.ts';
import { ensureStream, type StreamInfo } from '../../../local/aws/stream.ts';
import { ShardReader } from '../../../local/event-source/shard-reader.ts';

export interface TestStream {
  readonly client: KinesisClient;
  readonly stream: StreamInfo;
  /** Every record, as text, shard by shard. */
  records(): Promise<string[]>;
  close(): Promise<void>;
}

/** A stream of two shards in an emulator inside this process. */
export async function testStream(): Promise<TestStream> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-stream-'));
  const server = kinesisServer(folder);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const client = kinesisClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 1);
  const stream = await ensureStream(client, 'departures', 2);
  return {
    client,
    stream,
    async records() {
      const all: string[] = [];
      for (const shardId of stream.shards) {
        const reader = new ShardReader(client, stream.name, shardId, undefined);
        for (let page = await reader.next(); page.length > 0; page = await reader.next())
          all.push(...page.map(({ Data }) => Buffer.from(Data ?? []).toString()));
      }
      return all;
    },
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true });
    },
  };
}
