import { isParentOf, type Plan, type PlannedShard } from './plan.ts';

/** The shard, and all that came of it. */
export function withDescendants({ shards }: Pick<Plan, 'shards'>, shard: PlannedShard): ReadonlySet<PlannedShard> {
  const found = new Set([shard]);
  // Parents come before their children.
  for (const one of shards) {
    const isOfThem = [...found].some((parent) => isParentOf(parent, one));
    if (isOfThem) found.add(one);
  }
  return found;
}
