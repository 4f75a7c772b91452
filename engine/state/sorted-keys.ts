/**
 * Keys in order, as a weight-balanced tree that shares structure: `inserted` and `removed` leave the old tree as it was, so
 * a step can change its own and be thrown away (PL-6). `undefined` is the empty tree. Both take O(log n).
 *
 * @see S. Adams, "Efficient sets: a balancing act", 1993
 */
import type { Before } from './heap.ts';

export interface KeyTree {
  readonly key: string;
  readonly size: number;
  readonly left: Keys;
  readonly right: Keys;
}

export type Keys = KeyTree | undefined;
export type KeyOrder = Before<string>;

/** By UTF-16 code units, as `sort()` does. */
export const textOrder: KeyOrder = (a, b) => a < b;
/** Of keys that are numbers. */
export const numericOrder: KeyOrder = (a, b) => Number(a) < Number(b);

/** A side may be so many times as large as the other. */
const MAX_RATIO = 3;

const sizeOf = (keys: Keys): number => (keys === undefined ? 0 : keys.size);
const node = (key: string, left: Keys, right: Keys): KeyTree => ({
  key,
  size: sizeOf(left) + sizeOf(right) + 1,
  left,
  right,
});

/** @param sorted ascending, each once */
export function keysFrom(sorted: readonly string[], from = 0, to = sorted.length): Keys {
  if (from >= to) return undefined;
  const middle = (from + to) >> 1;
  return node(sorted[middle] as string, keysFrom(sorted, from, middle), keysFrom(sorted, middle + 1, to));
}

export function inserted(keys: Keys, key: string, before: KeyOrder): KeyTree {
  if (keys === undefined) return node(key, undefined, undefined);
  if (before(key, keys.key)) return balanced(keys.key, inserted(keys.left, key, before), keys.right);
  if (before(keys.key, key)) return balanced(keys.key, keys.left, inserted(keys.right, key, before));
  return keys;
}

export function removed(keys: Keys, key: string, before: KeyOrder): Keys {
  if (keys === undefined) return undefined;
  const { left, right } = keys;
  if (before(key, keys.key)) return balanced(keys.key, removed(left, key, before), right);
  if (before(keys.key, key)) return balanced(keys.key, left, removed(right, key, before));
  if (left === undefined || right === undefined) return left ?? right;
  const next = firstOf(right);
  return balanced(next, left, removed(right, next, before));
}

export function lastOf(keys: Keys): string | undefined {
  let at = keys;
  while (at?.right !== undefined) at = at.right;
  return at?.key;
}

/** The last key that is not after `key`. */
export function floorOf(keys: Keys, key: string, before: KeyOrder): string | undefined {
  let floor: string | undefined;
  for (let at = keys; at !== undefined;) {
    if (before(key, at.key)) at = at.left;
    else {
      floor = at.key;
      at = at.right;
    }
  }
  return floor;
}

/** Every key of `[from, to]`, ascending; an end that is left out is open. */
export function visitKeys(
  keys: Keys,
  visit: (key: string) => void,
  before: KeyOrder,
  from?: string,
  to?: string,
): void {
  if (keys === undefined) return;
  const isBelow = from !== undefined && before(keys.key, from);
  const isAbove = to !== undefined && before(to, keys.key);
  if (!isBelow) visitKeys(keys.left, visit, before, from, to);
  if (!isBelow && !isAbove) visit(keys.key);
  if (!isAbove) visitKeys(keys.right, visit, before, from, to);
}

function firstOf(keys: KeyTree): string {
  let at = keys;
  while (at.left !== undefined) at = at.left;
  return at.key;
}

/** One side has grown or shrunk by one key: turns the tree where it is too heavy. */
function balanced(key: string, left: Keys, right: Keys): KeyTree {
  if (sizeOf(left) + sizeOf(right) <= 1) return node(key, left, right);
  if (right !== undefined && sizeOf(right) > MAX_RATIO * sizeOf(left)) {
    const { left: inner, right: outer } = right;
    if (inner === undefined || sizeOf(inner) < 2 * sizeOf(outer)) return node(right.key, node(key, left, inner), outer);
    return node(inner.key, node(key, left, inner.left), node(right.key, inner.right, outer));
  }
  if (left !== undefined && sizeOf(left) > MAX_RATIO * sizeOf(right)) {
    const { left: outer, right: inner } = left;
    if (inner === undefined || sizeOf(inner) < 2 * sizeOf(outer)) return node(left.key, outer, node(key, inner, right));
    return node(inner.key, node(left.key, outer, inner.left), node(key, inner.right, right));
  }
  return node(key, left, right);
}
