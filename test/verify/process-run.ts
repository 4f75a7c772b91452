import { MemoryShards } from '../../adapters/memory/shards.ts';
import { createHash } from 'node:crypto';
import { LakeSink } from '../../adapters/lake/lake-sink.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../../adapters/memory/log-store.ts';
import { MemorySink } from '../../adapters/memory/sink.ts';
import { SYSTEM_RANDOM } from '../../adapters/shared/system-random.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { PartitionLogs } from '../../engine/partition-log/partition-logs.ts';
import { readHead } from '../../engine/partition-log/read-log.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { processBatch, type Processor } from '../../engine/process-batch.ts';
import type { SourcePartition, SourceRecord } from '../../engine/record.ts';
import { flightsInput } from '../../local/inputs/flights.ts';
import flights from '../../pipelines/flights.ts';
import type { SeededRandom } from '../simulation/world/random.ts';
import { collect } from '../support/collect.ts';
import { RecordingClock } from '../support/recording-clock.ts';
import type { Row } from './compare.ts';
import { shardStarts } from './expected.ts';
import type { Run } from './run.ts';

export interface ProcessRunSettings {
  readonly records: number;
  readonly shards: number;
  /** Decides how records are cut into batches, and which come twice. */
  readonly random: SeededRandom;
}

/** Long after every departure. */
const ARRIVAL_MS = Date.UTC(2002, 0);

/** The flights through the engine in this process, over stores in memory, in batches of any size. */
export async function processRun({ records, shards, random }: ProcessRunSettings): Promise<Run> {
  const { topology } = flights;
  const clock = new RecordingClock();
  const logs = new MemoryLogStore();
  const lake = new MemoryBlobStore();
  const sink = new MemorySink();
  const settings = { topology, logs, blobs: new MemoryBlobStore(), clock, random: SYSTEM_RANDOM, slots: RING_SLOTS, inlineLimitBytes: 32_768 };
  const processor: Processor = { topology, logs: new PartitionLogs(settings, 1_500_000), sinks: [new LakeSink({ blobs: lake, pipeline: topology.name, results: true }), sink], shards: new MemoryShards() };

  const heads: LogEntry[] = [];
  let openWindows = 0;
  for (const [partition, all] of await byShard(records, shards)) {
    for (let from = 0; from < all.length; ) {
      const size = 1 + Math.floor(random.unit() ** 3 * 2_000);
      const repeated = Math.floor(random.unit() ** 8 * from);
      const report = await processBatch(processor, { partition, records: all.slice(from - repeated, from + size) });
      from += size;
      if (from >= all.length) openWindows += report.openWindows;
    }
    const head = await readHead(logs, clock, logIdOf(partition), RING_SLOTS);
    if (head !== undefined) heads.push(head);
  }

  const total = (name: keyof LogEntry['counters']): number => heads.reduce((sum, { counters }) => sum + counters[name], 0);
  const results = sink.results.map(({ values, ...row }) => ({ ...row, ...values }));
  return {
    results,
    lake: await linesOf(lake, 'results'),
    late: await linesOf(lake, 'late'),
    deadLetters: await linesOf(lake, 'dead-letters'),
    counts: {
      recordsIn: total('recordsIn'),
      counted: total('counted'),
      late: total('late'),
      deadLetters: total('deadLetters'),
      results: results.length,
      firings: total('results'),
      openWindows,
    },
  };
}

/** The records of each shard in order, as Kinesis would part them. */
async function byShard(records: number, shards: number): Promise<Map<SourcePartition, SourceRecord[]>> {
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

async function linesOf(lake: MemoryBlobStore, folder: string): Promise<Row[]> {
  return collect(readLake(lake, `flights/${folder}/`));
}
