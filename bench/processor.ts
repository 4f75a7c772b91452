import { MemoryShards } from '../adapters/memory/shards.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { SYSTEM_RANDOM } from '../adapters/shared/system-random.ts';
import type { Topology } from '../engine/topology.ts';
import { DEFAULT_INLINE_LIMIT_KIB } from '../engine/partition-log/inline-limit.ts';
import { PartitionLogs } from '../engine/partition-log/partition-logs.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import type { BlobStore, LogStore, Sink } from '../engine/ports.ts';
import type { Processor } from '../engine/processor.ts';

const MAX_PANES = 10_000_000;

export interface Stores {
  readonly logs: LogStore;
  readonly blobs: BlobStore;
}

/** A processor as a function instance has it, with nothing in memory yet. */
export function freshProcessor(topology: Topology, { logs, blobs }: Stores, sink: Sink): Processor {
  const settings = {
    topology,
    logs,
    blobs,
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    slots: RING_SLOTS,
    inlineLimitBytes: DEFAULT_INLINE_LIMIT_KIB * 1_024,
  };
  return { topology, logs: new PartitionLogs(settings, MAX_PANES), sinks: [sink], shards: new MemoryShards() };
}
