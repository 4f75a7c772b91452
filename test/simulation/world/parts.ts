import { PartitionLogs } from '../../../engine/partition-log/partition-logs.ts';
import type { BlobStore, Sink } from '../../../engine/ports.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { FunctionWorld } from './functions.ts';
import type { Instance } from './instance.ts';
import { FaultyPickyTable } from './picky-table.ts';
import { FaultySink } from './sinks.ts';
import { FaultyBlobStore, FaultyLogStore } from './stores.ts';
import type { TickWatch } from './tick-watch.ts';

/** What every function of the pipeline works with, whatever calls it. */
export interface Parts {
  readonly topology: Topology;
  readonly logs: PartitionLogs;
  readonly sinks: readonly Sink[];
  readonly maxRowsPerCommit: number;
  readonly maxTimersPerCommit: number;
}

/** How far back a table can be restored whose slots are lost. */
const HOUR_MS = 3_600_000;

/** As one instance meets them. */
export function partsOf(
  world: FunctionWorld,
  instance: Instance,
  watch: TickWatch,
  topology: Topology,
): Parts & { readonly blobs: BlobStore } {
  const { plan, schedule, random, readers } = world;
  const { slots, inlineLimitBytes, maxPanes, maxRowsPerCommit, maxTimersPerCommit, packing } = plan.settings;
  const blobs = new FaultyBlobStore(world, instance);
  const { picky } = readers;
  const sinks = [
    new FaultySink(world, instance),
    ...(picky === undefined ? [] : [new FaultyPickyTable(picky, world, instance)]),
  ];
  const logs = new PartitionLogs(
    {
      topology,
      logs: new FaultyLogStore(world, instance, watch),
      blobs,
      clock: schedule,
      random,
      slots,
      inlineLimitBytes,
      packing,
      recoveryMs: plan.restore?.recoveryMs ?? (plan.loss?.cure === 'restore' ? HOUR_MS : 0),
    },
    maxPanes,
  );
  return { topology, logs, sinks, blobs, maxRowsPerCommit, maxTimersPerCommit };
}
