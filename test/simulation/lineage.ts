import type { Plan, PlannedShard } from './plan.ts';

/** The shard, and all that came of it. */
export function withDescendants({ shards }: Pick<Plan, 'shards'>, shard: PlannedShard): ReadonlySet<PlannedShard> {
  const found = new Set([shard]);
  // Parents come before their children.
  for (const one of shards) {
    const isOfThem = [...found].some(
      (parent) => parent.incarnation === one.incarnation && one.parents.includes(parent.id),
    );
    if (isOfThem) found.add(one);
  }
  return found;
}
