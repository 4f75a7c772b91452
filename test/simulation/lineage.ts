import { isParentOf, nameOf, streamOf, type Plan, type PlannedShard } from './plan.ts';

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

/**
 * Shards without children, of the source that was read just before this one.
 *
 * @param stream `streamOf` its shards; undefined: of the last one
 */
export function endsBefore(shards: readonly PlannedShard[], stream: string | undefined): PlannedShard[] {
  const streams = [...new Set(shards.map((shard) => streamOf(nameOf(shard))))];
  const before = stream === undefined ? streams.at(-1) : streams[streams.indexOf(stream) - 1];
  return shards.filter(
    (shard) => streamOf(nameOf(shard)) === before && !shards.some((other) => isParentOf(shard, other)),
  );
}

/** Where the slowest shard of a source before this stream has ended, of all such sources the furthest. */
export function reachedBefore(
  shards: readonly PlannedShard[],
  stream: string,
  watermarkOf: (end: PlannedShard) => number,
): number {
  const [end, ...ends] = endsBefore(shards, stream);
  if (end === undefined) return -Infinity;
  const slowestMs = Math.min(...[end, ...ends].map(watermarkOf));
  return Math.max(slowestMs, reachedBefore(shards, streamOf(nameOf(end)), watermarkOf));
}
