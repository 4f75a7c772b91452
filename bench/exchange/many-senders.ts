import { itemBytes, putWriteUnits } from '../../adapters/dynamodb/item-size.ts';
import { toLogItem } from '../../adapters/dynamodb/log-item.ts';
import { MemoryLogStore } from '../../adapters/memory/log-store.ts';
import { MAX_HASH } from '../../engine/codec/key-hash.ts';
import { MemoryShards } from '../../adapters/memory/shards.ts';
import { receive } from '../../engine/exchange/receive.ts';
import { receiverLogs, receiverOf } from '../../engine/exchange/receivers.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import type { Exchange } from '../../engine/plan/exchange.ts';
import { processBatch } from '../../engine/process-batch.ts';
import type { SourcePartition, SourceRecord } from '../../engine/record.ts';
import { shardName } from '../../test/verify/records-by-shard.ts';
import { requireSame } from '../equality.ts';
import { freshProcessor } from '../processor.ts';
import { figureOf, timed, type Figure } from '../rounds.ts';
import { NullSink } from '../sinks.ts';
import { before, behind, STREAM } from './pipelines.ts';
import { inMemory } from './run.ts';

export interface ManySendersSettings {
  readonly senders: number;
  readonly rounds: number;
}

/** What a commit of one receiver takes that has so many senders. */
export interface ManySenders {
  readonly senders: number;
  /** All positions in the item of its entry [bytes]. */
  readonly positionsBytes: number;
  readonly itemBytes: number;
  /** Of its commit. */
  readonly writeUnits: number;
  /** A call that takes an entry of each sender, in one commit [ms]. */
  readonly callMs: Figure;
}

/** Each sender has one row in each round; the receiver takes them all with one commit. */
export async function measureManySenders({ senders, rounds }: ManySendersSettings): Promise<ManySenders> {
  const stores = inMemory();
  const items: LogEntry[] = [];
  const logs = new MemoryLogStore();
  const exchange = before.sendsTo as Exchange;
  const [first] = receiverLogs(STREAM.pipeline, exchange) as [string];
  const put: typeof logs.put = (logId, slot, entry, expected) => {
    if (logId === first) items.push(entry);
    return logs.put(logId, slot, entry, expected);
  };
  const metered = { ...stores, logs: { put, read: logs.read.bind(logs) } };
  const shards = new MemoryShards();
  const partitions = Array.from({ length: senders }, (_, i): SourcePartition => {
    const partition = shardName(i);
    shards.known.set(partition, { fromHash: 0n, toHash: MAX_HASH, parents: [] });
    return { ...STREAM, stage: '0', incarnation: '1764000000000', partition };
  });
  const departure = departuresTo(RECEIVER, exchange.receivers);
  const ring = async (): Promise<void> => undefined;
  const sender = { ...freshProcessor(before, metered, new NullSink()), shards, doorbell: { ring } };
  const receiver = freshProcessor(behind, metered, new NullSink());
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const partition of partitions) await processBatch(sender, { partition, records: [departure(round)] });
    const commits = items.length;
    let rows = 0;
    const ms = await timed(async () => (rows = (await receive(receiver, RECEIVER)).recordsIn));
    requireSame('rows that the receiver took', senders, rows);
    requireSame('commits that it made', 1, items.length - commits);
    if (round > 0) times.push(ms);
  }
  const newest = items.at(-1) as LogEntry;
  const item = toLogItem(first, 0, newest);
  return {
    senders,
    positionsBytes: itemBytes({ positions: item['positions'] ?? { NULL: true } }),
    itemBytes: itemBytes(item),
    writeUnits: putWriteUnits(item),
    callMs: figureOf(times),
  };
}

/** One that all rows are for. */
const RECEIVER = 0;

/** A flight a minute to an airport that belongs to the receiver. */
function departuresTo(receiver: number, receivers: number): (minute: number) => SourceRecord {
  const destination = ['ATL', 'ORD', 'DFW', 'DEN', 'LAX', 'JFK'].find((key) => receiverOf(key, receivers) === receiver);
  return (minute) => {
    const date = new Date(START_MS + minute * 60_000).toISOString();
    const data = Buffer.from(JSON.stringify({ date, delay: minute, distance: 500, origin: 'SEA', destination }));
    return { offset: BigInt(minute + 1), subSequence: 0, partitionKey: 'SEA', arrivalTimeMs: ARRIVAL_MS, data };
  };
}

const START_MS = Date.UTC(2026, 0);
const ARRIVAL_MS = Date.UTC(2030, 0);
