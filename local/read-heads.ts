import { DynamoDbLogStore } from '../adapters/dynamodb/log-store.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import type { LogEntry } from '../engine/partition-log/entry.ts';
import { logIdOf } from '../engine/partition-log/log-id.ts';
import { readHead } from '../engine/partition-log/read-log.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import { logTableName } from './aws/tables.ts';
import { dynamodbClient } from './aws/clients.ts';
import type { StreamInfo } from './aws/stream.ts';

/** The newest entry of a partition's log. */
export interface LogHead {
  readonly partition: string;
  readonly logId: string;
  readonly entry: LogEntry;
}

/** The newest entry of each partition's log; partitions that never had a record have none. */
export async function readHeads(dynamodbEndpoint: string, pipeline: string, stream: StreamInfo): Promise<LogHead[]> {
  const client = dynamodbClient(dynamodbEndpoint);
  const store = new DynamoDbLogStore({ client, table: logTableName(pipeline) });
  try {
    const heads = await Promise.all(
      stream.shards.map(async (partition): Promise<LogHead[]> => {
        const logId = logIdOf({
          pipeline,
          stage: '0',
          source: stream.name,
          incarnation: stream.incarnation,
          partition,
        });
        const entry = await readHead(store, SYSTEM_CLOCK, logId, RING_SLOTS);
        return entry === undefined ? [] : [{ partition, logId, entry }];
      }),
    );
    return heads.flat();
  } finally {
    client.destroy();
  }
}
