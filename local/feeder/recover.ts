import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { StreamInfo } from '../aws/stream.ts';
import { ShardReader } from '../event-source/shard-reader.ts';
import { digestOf, type FeederJournal } from './journal.ts';

/**
 * Finds out what became of a call whose answer is unknown, by reading the stream behind the last known sequence
 * numbers. Nobody may be putting the same records meanwhile.
 */
export async function recover(client: KinesisClient, stream: StreamInfo, journal: FeederJournal): Promise<void> {
  const { intent } = journal;
  if (intent === undefined) return;
  const found = new Map<string, number>();
  const after: Record<string, string> = {};
  for (const shardId of stream.shards) {
    const reader = new ShardReader(client, stream.name, shardId, journal.after[shardId]);
    for (let records = await reader.next(); records.length > 0; records = await reader.next()) {
      for (const record of records) {
        const digest = digestOf({ partitionKey: record.PartitionKey ?? '', data: record.Data ?? new Uint8Array() });
        found.set(digest, (found.get(digest) ?? 0) + 1);
      }
      after[shardId] = records.at(-1)?.SequenceNumber ?? '';
    }
  }
  journal.recovered(positionsFound(intent.start, intent.digests, found), after);
}

/** Equal records stand for each other: as many positions of a digest as there are records of it. */
export function positionsFound(start: number, digests: readonly string[], found: ReadonlyMap<string, number>): number[] {
  const left = new Map(found);
  return digests.flatMap((digest, index) => {
    const count = left.get(digest) ?? 0;
    left.set(digest, count - 1);
    return count > 0 ? [start + index] : [];
  });
}
