import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { pop, push, type Heap } from '../../../engine/state/heap.ts';

const before = (a: number, b: number): boolean => a < b;
const heapOf = (items: readonly number[]): Heap<number> | undefined =>
  items.reduce<Heap<number> | undefined>((heap, item) => push(heap, item, before), undefined);

function drain(heap: Heap<number> | undefined): number[] {
  const items: number[] = [];
  for (let rest = heap; rest !== undefined; rest = pop(rest, before)) items.push(rest.top);
  return items;
}

const sorted = (items: readonly number[]): number[] => [...items].sort((a, b) => a - b);

describe('the heap', () => {
  it('gives its items in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        expect(drain(heapOf(items))).toEqual(sorted(items));
      }),
    );
  });

  it('stays as it was when items are pushed onto it or popped from it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.array(fc.option(fc.integer())), (items, changes) => {
        const old = heapOf(items);
        let heap = old;
        for (const item of changes) heap = item === null ? heap && pop(heap, before) : push(heap, item, before);
        expect(drain(old)).toEqual(sorted(items));
      }),
    );
  });

  it('gives equal items as often as they were pushed', () => {
    expect(drain(heapOf([5, 0, 5, 5]))).toEqual([0, 5, 5, 5]);
  });

  it('takes 100,000 ascending and descending items without running out of stack', () => {
    const items = Array.from({ length: 100_000 }, (_, i) => i);
    expect(drain(heapOf(items))).toEqual(items);
    expect(drain(heapOf(items.toReversed()))).toEqual(items);
  });
});
