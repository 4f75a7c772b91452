import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { StreamInfo } from '../aws/stream.ts';
import { ShardReader } from '../event-source/shard-reader.ts';
import type { FeedTarget } from './feed-target.ts';
import { putRecords } from './put-records.ts';

/** @param client makes one attempt per call */
export function kinesisTarget(client: KinesisClient, stream: StreamInfo): FeedTarget {
  return {
    put: (records) => putRecords(client, stream.name, records),
    async *behind(after) {
      for (const partition of stream.shards) {
        const reader = new ShardReader(client, stream.name, partition, after[partition]);
        for (let read = await reader.next(); read.length > 0; read = await reader.next()) {
          const records = read.map(({ PartitionKey = '', Data = new Uint8Array() }) => ({
            partitionKey: PartitionKey,
            data: Data,
          }));
          yield { partition, last: read.at(-1)?.SequenceNumber ?? '', records };
        }
      }
    },
  };
}
