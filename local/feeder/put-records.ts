import { PutRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { callsOf as cut } from '../../adapters/shared/calls.ts';
import type { InputRecord } from '../inputs/input.ts';
import type { PutReceipt } from './feed-target.ts';

/** Kinesis takes no more in one call. */
export const MAX_CALL_RECORDS = 500;
const MAX_CALL_BYTES = 5_000_000;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;

/** Pieces of an order of records that each fit into one call. */
export function callsOf(
  records: readonly InputRecord[],
  maxRecords: number = MAX_CALL_RECORDS,
): Iterable<readonly InputRecord[]> {
  // Some room for what the service counts besides.
  const sizeOf = ({ data, partitionKey }: InputRecord): number =>
    data.byteLength + Buffer.byteLength(partitionKey) + 64;
  return cut(records, sizeOf, { entries: maxRecords, bytes: MAX_CALL_BYTES });
}

/**
 * Puts the records of one call, the refused ones again until none is left.
 *
 * @param client makes one attempt: after a lost answer the outcome is unknown, and a repeat could put twice
 * @throws whatever the SDK throws; some of the records may be in the stream then
 */
export async function putRecords(
  client: KinesisClient,
  stream: string,
  records: readonly InputRecord[],
): Promise<PutReceipt> {
  const after: Record<string, string> = {};
  const counts: Record<string, number> = {};
  let rest = records;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
    const entries = rest.map((record) => ({ PartitionKey: record.partitionKey, Data: record.data }));
    const response = await client.send(new PutRecordsCommand({ StreamName: stream, Records: entries }));
    const replies = response.Records ?? [];
    for (const { ShardId: shard, SequenceNumber: sequenceNumber } of replies) {
      if (shard === undefined || sequenceNumber === undefined) continue;
      counts[shard] = (counts[shard] ?? 0) + 1;
      after[shard] = larger(after[shard], sequenceNumber);
    }
    rest = rest.filter((_, index) => replies[index]?.SequenceNumber === undefined);
    if (rest.length === 0) return { after, counts };
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}

function larger(a: string | undefined, b: string): string {
  return a !== undefined && BigInt(a) > BigInt(b) ? a : b;
}
