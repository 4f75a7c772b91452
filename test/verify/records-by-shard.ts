import { createHash } from 'node:crypto';
import type { SourcePartition, SourceRecord } from '../../engine/record.ts';
import type { Input } from '../../local/inputs/input.ts';
import { shardStarts } from './expected.ts';

/** Long after everything that any input tells of. */
const ARRIVAL_MS = Date.UTC(2030, 0);

export interface RecordsByShardSettings {
  readonly input: Input;
  readonly records: number;
  readonly shards: number;
}

/** The first records of an input by shard, in order, as Kinesis would part them. */
export async function recordsByShard(
  { input, records, shards }: RecordsByShardSettings,
  stream: Pick<SourcePartition, 'pipeline' | 'source'>,
): Promise<Map<SourcePartition, SourceRecord[]>> {
  const starts = shardStarts(shards);
  const partitions = starts.map((_, i) => ({ ...stream, stage: '0', incarnation: '1', partition: shardName(i) }));
  const parted = new Map<SourcePartition, SourceRecord[]>(partitions.map((partition) => [partition, []]));
  let offset = 0n;
  for await (const piece of input.read(0, Math.min(records, input.length))) {
    for (const { partitionKey, data } of piece) {
      const partition = partitions[shardOf(partitionKey, starts)] as SourcePartition;
      parted
        .get(partition)
        ?.push({ offset: (offset += 1n), subSequence: 0, partitionKey, arrivalTimeMs: ARRIVAL_MS, data });
    }
  }
  return parted;
}

/** @example shardName(3) // 'shardId-000000000003' */
export const shardName = (shard: number): string => `shardId-${String(shard).padStart(12, '0')}`;

/** A shard takes the keys from its first hash on. */
export function shardOf(partitionKey: string, starts: readonly string[]): number {
  const hash = createHash('md5').update(partitionKey).digest('hex');
  return starts.findLastIndex((start) => start <= hash);
}
