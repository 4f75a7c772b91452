import { DynamoDbLogStore } from '../adapters/dynamodb/log-store.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { logIdOf } from '../engine/partition-log/log-id.ts';
import { readHead } from '../engine/partition-log/read-log.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import { logTableName } from './aws/tables.ts';
import { dynamodbClient } from './aws/clients.ts';
import type { StreamInfo } from './aws/stream.ts';
import type { PartitionHead } from './report/summary.ts';

/** The newest entry of each shard's log; shards that never had a record have none. */
export async function readHeads(dynamodbEndpoint: string, pipeline: string, stream: StreamInfo): Promise<PartitionHead[]> {
  const client = dynamodbClient(dynamodbEndpoint);
  const store = new DynamoDbLogStore({ client, table: logTableName(pipeline) });
  try {
    const heads = await Promise.all(
      stream.shards.map(async (partition): Promise<PartitionHead[]> => {
        const logId = logIdOf({ pipeline, stage: '0', source: stream.name, incarnation: stream.incarnation, partition });
        const head = await readHead(store, SYSTEM_CLOCK, logId, RING_SLOTS);
        return head === undefined ? [] : [{ partition, version: head.version, watermarkMs: head.watermarkMs, counters: head.counters }];
      }),
    );
    return heads.flat();
  } finally {
    client.destroy();
  }
}
