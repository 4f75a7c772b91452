import { LakeSink } from '../../adapters/lake/lake-sink.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../../adapters/memory/log-store.ts';
import { MemoryShards } from '../../adapters/memory/shards.ts';
import { MemorySink } from '../../adapters/memory/sink.ts';
import { SYSTEM_RANDOM } from '../../adapters/shared/system-random.ts';
import { MAX_HASH } from '../../engine/codec/key-hash.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import { receiverLogs } from '../../engine/exchange/receivers.ts';
import type { Topology } from '../../engine/topology.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import { logIdOf } from '../../engine/partition-log/log-id.ts';
import { PartitionLogs } from '../../engine/partition-log/partition-logs.ts';
import { readHead } from '../../engine/partition-log/read-log.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import type { Processor } from '../../engine/processor.ts';
import type { Input } from '../../local/inputs/input.ts';
import type { SeededRandom } from '../simulation/world/random.ts';
import { collect } from '../support/collect.ts';
import { RecordingClock } from '../support/recording-clock.ts';
import type { Row } from './compare.ts';
import { recordsByShard, type RecordsByShardSettings } from './records-by-shard.ts';
import type { Run } from './run.ts';
import { runBatches } from './run-batches.ts';

export interface ProcessRunSettings extends Omit<RecordsByShardSettings, 'input'> {
  /** What comes to a source, by its name; `records` of it are taken. */
  readonly open: (source: string) => Input;
  /** Of the pipeline, each behind the one that sends to it. */
  readonly fragments: readonly Topology[];
  /** Decides how records are cut into batches, which come twice, and when receivers are called. */
  readonly random: SeededRandom;
}

/** A pipeline's inputs through the engine in this process, over stores in memory, in batches of any size. */
export async function processRun({ fragments, open, random, ...amount }: ProcessRunSettings): Promise<Run> {
  const clock = new RecordingClock();
  const logs = new MemoryLogStore();
  const lake = new MemoryBlobStore();
  const sink = new MemorySink();
  const settings = {
    logs,
    blobs: new MemoryBlobStore(),
    clock,
    random: SYSTEM_RANDOM,
    slots: RING_SLOTS,
    inlineLimitBytes: 32_768,
  };
  const [topology] = fragments as readonly [Topology, ...Topology[]];
  const processorOf = (fragment: Topology, shards = new MemoryShards()): Processor => ({
    topology: fragment,
    logs: new PartitionLogs({ ...settings, topology: fragment }, 1_500_000),
    sinks: [new LakeSink({ blobs: lake, pipeline: topology.name, results: 'results' }), sink],
    shards,
  });
  const sending = await Promise.all(
    fragments.slice(0, topology.sources.length).map(async (fragment) => {
      const source = nameOfSource(fragment.source);
      const records = await recordsByShard({ ...amount, input: open(source) }, { pipeline: topology.name, source });
      const shards = new MemoryShards();
      for (const { partition } of records.keys())
        shards.known.set(partition, { fromHash: 0n, toHash: MAX_HASH, parents: [] });
      return { processor: processorOf(fragment, shards), records };
    }),
  );
  const receiving = fragments.slice(sending.length).map((fragment) => processorOf(fragment));
  const openWindows = await runBatches({ sending, receiving, random });

  const headsOf = async (logIds: readonly string[]): Promise<LogEntry[]> => {
    const heads = await Promise.all(logIds.map((logId) => readHead(logs, clock, logId, RING_SLOTS)));
    return heads.filter((head) => head !== undefined);
  };
  const senders = await headsOf(sending.flatMap(({ records }) => [...records.keys()].map(logIdOf)));
  const received = await Promise.all(
    topology.downstream.map(({ exchange }) => headsOf(receiverLogs(topology.name, exchange))),
  );
  const last = received.at(-1) ?? senders;
  const all = [...senders, ...received.flat()];
  const linesOf = (folder: string): Promise<Row[]> => collect(readLake(lake, `${topology.name}/${folder}/`));
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
      recordsIn: totalOf(senders, 'recordsIn'),
      counted: totalOf(last, 'counted'),
      late: totalOf(all, 'late'),
      deadLetters: totalOf(all, 'deadLetters'),
      results: results.length,
      firings: totalOf(all, 'results'),
      openWindows,
    },
  };
}

function totalOf(heads: readonly LogEntry[], name: keyof LogEntry['counters']): number {
  return heads.reduce((sum, { counters }) => sum + counters[name], 0);
}
