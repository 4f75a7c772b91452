import type { Place } from '../../../operate/place.ts';
import { topologyOf, type TopologySettings } from '../../engine/support/readings.ts';
import { World } from '../../engine/support/world.ts';
import { SHARD } from '../../support/samples.ts';

export const FIRST_SHARD = SHARD.partition;
export const SECOND_SHARD = 'shardId-000000000001';

/** A world whose pipeline bears the name in the identity of its logs. */
export function newWorld(settings: TopologySettings = {}): World {
  return new World({ topology: topologyOf({ name: SHARD.pipeline, ...settings }) });
}

/** The world as an operator meets it: its first shard has the log, a second one nothing. */
export function placeOf(
  { settings: { topology, slots }, logs, blobs, clock }: World,
  partitions: readonly string[] = [FIRST_SHARD, SECOND_SHARD],
): Place {
  return {
    topology,
    source: { name: SHARD.source, incarnation: SHARD.incarnation, partitions },
    logs,
    blobs,
    clock,
    slots,
  };
}
