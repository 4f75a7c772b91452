import { isParentOf, type PlannedShard } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';

/** A shard without children of which the stream tells ticks nothing, in a tenth of the worlds that have two such. */
export function untoldOf(shards: readonly PlannedShard[], random: SeededRandom): PlannedShard | undefined {
  const isParent = (shard: PlannedShard) => shards.some((other) => isParentOf(shard, other));
  const leaves = shards.filter(
    (shard) => shard.deletedAtMs === Infinity && shard.leftAtMs === Infinity && !isParent(shard),
  );
  return random.chance(0.1) && leaves.length > 1 ? random.pick(leaves) : undefined;
}
