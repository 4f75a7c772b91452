/** Positions `[start, end)`. */
export type Interval = readonly [start: number, end: number];

/** Ascending, apart from each other. */
export type Intervals = readonly Interval[];

export function addInterval(intervals: Intervals, [start, end]: Interval): Intervals {
  if (start >= end) return intervals;
  const apart = intervals.filter(([from, to]) => to < start || from > end);
  const touching = intervals.filter(([from, to]) => to >= start && from <= end);
  const merged: Interval = [
    Math.min(start, ...touching.map(([from]) => from)),
    Math.max(end, ...touching.map(([, to]) => to)),
  ];
  return [...apart, merged].sort((a, b) => a[0] - b[0]);
}

/** The parts of `wanted` that are in none of the intervals. */
export function missingFrom(intervals: Intervals, [start, end]: Interval): Intervals {
  const missing: Interval[] = [];
  let from = start;
  for (const [taken, free] of intervals) {
    if (free <= from || taken >= end) continue;
    if (taken > from) missing.push([from, taken]);
    from = free;
  }
  if (from < end) missing.push([from, end]);
  return missing;
}

export function totalLength(intervals: Intervals): number {
  return intervals.reduce((sum, [start, end]) => sum + end - start, 0);
}
