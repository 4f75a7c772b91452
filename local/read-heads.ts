import { DynamoDbLogStore } from '../adapters/dynamodb/log-store.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { receiverPartition } from '../engine/exchange/receivers.ts';
import type { LogEntry } from '../engine/partition-log/entry.ts';
import { logIdOf } from '../engine/partition-log/log-id.ts';
import { readHead } from '../engine/partition-log/read-log.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import type { Exchange } from '../engine/plan/exchange.ts';
import type { SourcePartition } from '../engine/record.ts';
import type { Topology } from '../engine/topology.ts';
import { logTableName } from './aws/tables.ts';
import { dynamodbClient } from './aws/clients.ts';
import type { StreamInfo } from './aws/stream.ts';

/** The newest entry of a partition's log. */
export interface LogHead {
  readonly partition: string;
  readonly logId: string;
  readonly entry: LogEntry;
}

/** Those of a pipeline; logs that have not begun have none. */
export interface LogHeads {
  /** Of the partitions of each source, in order. */
  readonly sources: ReadonlyArray<{ readonly source: string; readonly heads: readonly LogHead[] }>;
  /** Of the receivers of each of its exchanges, in order. */
  readonly exchanges: ReadonlyArray<{ readonly exchange: Exchange; readonly heads: readonly LogHead[] }>;
}

/** The newest entry of each log. */
export async function readHeads(
  dynamodbEndpoint: string,
  { name: pipeline, downstream }: Pick<Topology, 'name' | 'downstream'>,
  streams: readonly StreamInfo[],
): Promise<LogHeads> {
  const client = dynamodbClient(dynamodbEndpoint);
  const store = new DynamoDbLogStore({ client, table: logTableName(pipeline) });
  const headOf = async (partition: SourcePartition): Promise<LogHead[]> => {
    const logId = logIdOf(partition);
    const entry = await readHead(store, SYSTEM_CLOCK, logId, RING_SLOTS);
    return entry === undefined ? [] : [{ partition: partition.partition, logId, entry }];
  };
  const receiversOf = async (exchange: Exchange): Promise<LogHead[]> => {
    const receivers = Array.from({ length: exchange.receivers }, (_, i) => i);
    return (
      await Promise.all(receivers.map((receiver) => headOf(receiverPartition(pipeline, exchange, receiver))))
    ).flat();
  };
  const sendersOf = async ({ name: source, incarnation, shards }: StreamInfo): Promise<LogHead[]> =>
    (
      await Promise.all(shards.map((partition) => headOf({ pipeline, stage: '0', source, incarnation, partition })))
    ).flat();
  try {
    const [sources, exchanges] = await Promise.all([
      Promise.all(streams.map(async (stream) => ({ source: stream.name, heads: await sendersOf(stream) }))),
      Promise.all(downstream.map(async ({ exchange }) => ({ exchange, heads: await receiversOf(exchange) }))),
    ]);
    return { sources, exchanges };
  } finally {
    client.destroy();
  }
}
