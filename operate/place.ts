import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { SYSTEM_RANDOM } from '../adapters/shared/system-random.ts';
import type { ShardFacts, StreamFacts } from '../adapters/kinesis/stream-facts.ts';
import type { Topology } from '../engine/dsl/topology.ts';
import { TidemarkError } from '../engine/errors.ts';
import { logIdOf } from '../engine/partition-log/log-id.ts';
import type { LogSettings } from '../engine/partition-log/partition-log.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import type { BlobStore, Clock, LogStore } from '../engine/ports.ts';
import type { SourcePartition } from '../engine/record.ts';

/** Where a pipeline keeps its state: on this machine or in an account. */
export interface Place {
  readonly topology: Topology;
  readonly stream: Pick<StreamFacts, 'name' | 'incarnation'> & { readonly shards: readonly ShardFacts[] };
  readonly logs: LogStore;
  readonly blobs: BlobStore;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** Slots of the ring. @default RING_SLOTS */
  readonly slots?: number;
}

export function partitionOf({ topology, stream }: Pick<Place, 'topology' | 'stream'>, shard: string): SourcePartition {
  return { pipeline: topology.name, stage: '0', source: stream.name, incarnation: stream.incarnation, partition: shard };
}

export function logIdIn(place: Pick<Place, 'topology' | 'stream'>, shard: string): string {
  return logIdOf(partitionOf(place, shard));
}

/** Settings that open a log to look at it: whoever only looks cannot write by mistake. */
export function readOnly({ topology, logs, blobs, clock = SYSTEM_CLOCK, slots = RING_SLOTS }: Place): LogSettings {
  return {
    topology,
    clock,
    slots,
    random: SYSTEM_RANDOM,
    inlineLimitBytes: 0,
    logs: { put: refuse, read: (logId, wanted) => logs.read(logId, wanted) },
    blobs: { putIfAbsent: refuse, delete: refuse, get: (key) => blobs.get(key), list: (prefix) => blobs.list(prefix) },
  };
}

function refuse(): Promise<never> {
  return Promise.reject(new TidemarkError('internal', 'READ_ONLY', 'an operator command must not write, got a write; report this as a defect'));
}
