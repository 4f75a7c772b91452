import type { StreamFacts } from '../adapters/kinesis/stream-facts.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { SYSTEM_RANDOM } from '../adapters/shared/system-random.ts';
import type { Topology } from '../engine/topology.ts';
import { TidemarkError } from '../engine/errors.ts';
import type { StoredResult } from '../engine/outputs.ts';
import { logIdOf } from '../engine/partition-log/log-id.ts';
import type { LogSettings } from '../engine/partition-log/log-settings.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import type { BlobStore, Clock, LogStore } from '../engine/ports.ts';
import type { SourcePartition } from '../engine/record.ts';

/** Where a pipeline keeps its state: on this machine or in an account. */
export interface Place {
  /** What reads the source. */
  readonly topology: Topology;
  /** The fragments behind its exchanges, in order. @default there are none */
  readonly receiving?: readonly Topology[];
  readonly source: PlacedSource;
  /** Further sources of the pipeline, each with what reads it. @default there are none */
  readonly others?: readonly ReadSource[];
  readonly logs: LogStore;
  readonly blobs: BlobStore;
  /** Where its results are looked for. @default they are not */
  readonly results?: ResultsView;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** Slots of the ring. @default RING_SLOTS */
  readonly slots?: number;
}

/** A source, and the fragment that reads it. */
export type ReadSource = Pick<Place, 'topology' | 'source'>;

/** The partitions of all sources of a place, source by source. */
export function partitionsIn({ others = [], ...first }: Pick<Place, 'topology' | 'source' | 'others'>): Array<{
  readonly topology: Topology;
  readonly partition: SourcePartition;
}> {
  return [first, ...others].flatMap((one) =>
    one.source.partitions.map((name) => ({ topology: one.topology, partition: partitionOf(one, name) })),
  );
}

/** The results that readers find. */
export interface ResultsView {
  /**
   * How many of the rows are not there, nor replaced by newer ones.
   *
   * @returns undefined when this operator may not look
   */
  missing(rows: readonly StoredResult[]): Promise<number | undefined>;
}

/** A stream or topic as it is there, and so as its logs are named (PL-11). */
export interface PlacedSource {
  readonly name: string;
  readonly incarnation: string;
  /** Every shard that the stream still knows, closed ones included, or every partition of the topic. */
  readonly partitions: readonly string[];
}

/** A stream as its logs know it. */
export function streamSource({
  name,
  incarnation,
  shards,
}: Pick<StreamFacts, 'name' | 'incarnation' | 'shards'>): PlacedSource {
  return { name, incarnation, partitions: shards.map((shard) => shard.name) };
}

/** What people call a partition of a source of this kind. */
export type PartitionNoun = 'shard' | 'partition';

export function partitionNoun({ kind }: Pick<Topology['source'], 'kind'>): PartitionNoun {
  return kind === 'kinesis' ? 'shard' : 'partition';
}

/** Of all sources of a pipeline. */
export function partitionNounOf({ sources }: Pick<Topology, 'sources'>): PartitionNoun {
  return sources.every(({ kind }) => kind === 'kinesis') ? 'shard' : 'partition';
}

export function partitionOf(
  { topology, source }: Pick<Place, 'topology' | 'source'>,
  partition: string,
): SourcePartition {
  return { pipeline: topology.name, stage: '0', source: source.name, incarnation: source.incarnation, partition };
}

export function logIdIn(place: Pick<Place, 'topology' | 'source'>, partition: string): string {
  return logIdOf(partitionOf(place, partition));
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
    blobs: {
      putIfAbsent: refuse,
      delete: refuse,
      get: (key) => blobs.get(key),
      list: (prefix) => blobs.list(prefix),
      oldest: (prefix, after) => blobs.oldest(prefix, after),
    },
  };
}

/**
 * Settings of a command that commits a version which leaves the state as it is. The function alone cleans up: it knows how
 * far back its table can be restored.
 */
export function forCommits(place: Place): LogSettings {
  const { logs, blobs } = place;
  return { ...readOnly(place), logs, blobs, inlineLimitBytes: Infinity, recoveryMs: Infinity };
}

function refuse(): Promise<never> {
  return Promise.reject(
    new TidemarkError(
      'internal',
      'READ_ONLY',
      'an operator command must not write, got a write; report this as a defect',
    ),
  );
}
