import { LakeSink } from '../../adapters/lake/lake-sink.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../../adapters/memory/log-store.ts';
import { MemoryShards } from '../../adapters/memory/shards.ts';
import { MemorySink } from '../../adapters/memory/sink.ts';
import { SYSTEM_RANDOM } from '../../adapters/shared/system-random.ts';
import { nameOfSource } from '../../engine/dsl/sources.ts';
import type { Topology } from '../../engine/topology.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { PartitionLogs } from '../../engine/partition-log/partition-logs.ts';
import { readHead } from '../../engine/partition-log/read-log.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { processBatch } from '../../engine/process-batch.ts';
import type { Processor } from '../../engine/processor.ts';
import type { SeededRandom } from '../simulation/world/random.ts';
import { collect } from '../support/collect.ts';
import { RecordingClock } from '../support/recording-clock.ts';
import type { Row } from './compare.ts';
import { recordsByShard, type RecordsByShardSettings } from './records-by-shard.ts';
import type { Run } from './run.ts';

export interface ProcessRunSettings extends RecordsByShardSettings {
  readonly topology: Topology;
  /** Decides how records are cut into batches, and which come twice. */
  readonly random: SeededRandom;
}

/** A pipeline's input through the engine in this process, over stores in memory, in batches of any size. */
export async function processRun({ topology, random, ...settingsOfInput }: ProcessRunSettings): Promise<Run> {
  const clock = new RecordingClock();
  const logs = new MemoryLogStore();
  const lake = new MemoryBlobStore();
  const sink = new MemorySink();
  const settings = {
    topology,
    logs,
    blobs: new MemoryBlobStore(),
    clock,
    random: SYSTEM_RANDOM,
    slots: RING_SLOTS,
    inlineLimitBytes: 32_768,
  };
  const processor: Processor = {
    topology,
    logs: new PartitionLogs(settings, 1_500_000),
    sinks: [new LakeSink({ blobs: lake, pipeline: topology.name, results: 'results' }), sink],
    shards: new MemoryShards(),
  };

  const heads: LogEntry[] = [];
  let openWindows = 0;
  for (const [partition, all] of await recordsByShard(settingsOfInput, {
    pipeline: topology.name,
    source: nameOfSource(topology.source),
  })) {
    for (let from = 0; from < all.length;) {
      const size = 1 + Math.floor(random.unit() ** 3 * 2_000);
      const repeated = Math.floor(random.unit() ** 8 * from);
      const report = await processBatch(processor, { partition, records: all.slice(from - repeated, from + size) });
      from += size;
      if (from >= all.length) openWindows += report.openWindows;
    }
    const head = await readHead(logs, clock, logIdOf(partition), RING_SLOTS);
    if (head !== undefined) heads.push(head);
  }

  const linesOf = (folder: string): Promise<Row[]> => collect(readLake(lake, `${topology.name}/${folder}/`));
  const total = (name: keyof LogEntry['counters']): number =>
    heads.reduce((sum, { counters }) => sum + counters[name], 0);
  const results = sink.results
    .filter(({ retracted }) => retracted !== true)
    .map(({ values, ...row }) => ({ ...row, ...values }));
  return {
    results,
    lake: await linesOf('results'),
    late: await linesOf('late'),
    deadLetters: await linesOf('dead-letters'),
    sideOutputs: Object.fromEntries(
      await Promise.all(topology.sideOutputs.map(async (name) => [name, await linesOf(`outputs/${name}`)] as const)),
    ),
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
