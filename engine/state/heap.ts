/**
 * A leftist heap that shares structure: `push` and `pop` leave the old heap as it was, so a step can move time on and be
 * thrown away (PL-6). `undefined` is the empty heap. Both take O(log n).
 *
 * @see C. A. Crane, "Linear lists and priority queues as balanced binary trees", 1972
 */
export interface Heap<T> {
  readonly top: T;
  readonly rank: number;
  /** Items in all. */
  readonly size: number;
  readonly left: Heap<T> | undefined;
  readonly right: Heap<T> | undefined;
}

export type Before<T> = (a: T, b: T) => boolean;

export function push<T>(heap: Heap<T> | undefined, item: T, before: Before<T>): Heap<T> {
  return merge({ top: item, rank: 1, size: 1, left: undefined, right: undefined }, heap, before) as Heap<T>;
}

export function pop<T>(heap: Heap<T>, before: Before<T>): Heap<T> | undefined {
  return merge(heap.left, heap.right, before);
}

function merge<T>(a: Heap<T> | undefined, b: Heap<T> | undefined, before: Before<T>): Heap<T> | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  const [first, second] = before(b.top, a.top) ? [b, a] : [a, b];
  const merged = merge(first.right, second, before) as Heap<T>;
  const { left } = first;
  const size = 1 + merged.size + (left?.size ?? 0);
  return rankOf(left) >= merged.rank
    ? { top: first.top, rank: merged.rank + 1, size, left, right: merged }
    : { top: first.top, rank: rankOf(left) + 1, size, left: merged, right: left };
}

function rankOf<T>(heap: Heap<T> | undefined): number {
  return heap === undefined ? 0 : heap.rank;
}
