import { createHash } from 'node:crypto';
import type { SourcePartition, SourceRecord } from '../../engine/record.ts';
import { flightsInput } from '../../local/inputs/flights.ts';
import { shardStarts } from './expected.ts';

/** Long after every departure. */
const ARRIVAL_MS = Date.UTC(2002, 0);

/** The first flights as records of each shard, in order, as Kinesis would part them. */
export async function flightsByShard(records: number, shards: number): Promise<Map<SourcePartition, SourceRecord[]>> {
  const starts = shardStarts(shards);
  const partitions = starts.map((_, i) => ({ pipeline: 'flights', stage: '0', source: 'departures', incarnation: '1', partition: `shardId-${String(i).padStart(12, '0')}` }));
  const parted = new Map<SourcePartition, SourceRecord[]>(partitions.map((partition) => [partition, []]));
  let offset = 0n;
  for await (const piece of flightsInput().read(0, records)) {
    for (const { partitionKey, data } of piece) {
      const hash = createHash('md5').update(partitionKey).digest('hex');
      const partition = partitions[starts.findLastIndex((start) => start <= hash)] as SourcePartition;
      parted.get(partition)?.push({ offset: (offset += 1n), subSequence: 0, partitionKey, arrivalTimeMs: ARRIVAL_MS, data });
    }
  }
  return parted;
}
