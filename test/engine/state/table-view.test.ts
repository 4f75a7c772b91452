import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { textOrder, type KeyOrder } from '../../../engine/state/sorted-keys.ts';
import { applyTable } from '../../../engine/state/state-change.ts';
import { Table, type Entry } from '../../../engine/state/table.ts';
import { Journal } from '../../../engine/state/journal.ts';
import { TableView } from '../../../engine/state/table-view.ts';

const GROUP = 'k';
const KEY = fc.constantFrom('a', 'b', 'c', 'd', 'e');
type Move =
  | { readonly do: 'put' | 'delete'; readonly key: string }
  | { readonly do: 'drop' | 'ask' | 'mark' | 'roll back' | 'commit' };
const MOVE: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ do: fc.constantFrom('put' as const, 'delete' as const), key: KEY }),
  fc.record({
    do: fc.constantFrom('drop' as const, 'ask' as const, 'mark' as const, 'roll back' as const, 'commit' as const),
  }),
);

/** A table with a view on it, and beside them a plain set of the keys that must be there. */
class Pair {
  readonly table = new Table();
  journal = new Journal();
  view = new TableView(this.table, this.journal);
  keys = new Set<string>();
  marked: { readonly journal: number; readonly keys: ReadonlySet<string> } = { journal: 0, keys: new Set() };

  make(move: Move): void {
    if (move.do === 'put') {
      this.view.put(GROUP, move.key, { hash: 0 });
      this.keys.add(move.key);
    } else if (move.do === 'delete') {
      this.view.delete(GROUP, move.key);
      this.keys.delete(move.key);
    } else if (move.do === 'drop') {
      this.view.drop(GROUP);
      this.keys.clear();
    } else if (move.do === 'mark') this.#mark();
    else if (move.do === 'roll back') {
      this.journal.rollBack(this.marked.journal);
      this.keys = new Set(this.marked.keys);
    } else if (move.do === 'commit') {
      applyTable(this.table, this.view);
      this.journal = new Journal();
      this.view = new TableView(this.table, this.journal);
      this.#mark();
    } else this.expectSame();
  }

  #mark(): void {
    this.marked = { journal: this.journal.length, keys: new Set(this.keys) };
  }

  expectSame(): void {
    const sorted = [...this.keys].sort();
    const visited: string[] = [];
    this.view.visit(GROUP, textOrder, (key) => visited.push(key));
    expect({
      keys: this.view.keys(GROUP),
      visited,
      size: this.view.sizeOf(GROUP),
      last: this.view.last(GROUP, textOrder),
    }).toEqual({ keys: sorted, visited: sorted, size: sorted.length, last: sorted.at(-1) });
  }
}

describe('the view of a table', () => {
  it('knows size and order of a group after any puts, deletions, drops, rollbacks and commits, asked at any time', () => {
    fc.assert(
      fc.property(fc.array(MOVE, { maxLength: 40 }), (moves) => {
        const pair = new Pair();
        for (const move of moves) pair.make(move);
        pair.expectSame();
      }),
      { numRuns: 500 },
    );
  });

  it('says nothing of a key that came and went within the step', () => {
    const view = new TableView(new Table(), new Journal());
    view.put(GROUP, 'a', { hash: 0 });
    view.delete(GROUP, 'a');
    expect([...view.puts]).toEqual([]);
  });

  it('compares no more keys for an operation on 10,000 entries than their logarithm asks for, and counts none anew', () => {
    const table = new Table();
    for (let i = 0; i < 5_000; i++) table.put(GROUP, place(i), { hash: 0 });
    const view = new TableView<Entry>(table, new Journal());
    let compared = 0;
    const order: KeyOrder = (a, b) => {
      compared++;
      return textOrder(a, b);
    };
    view.last(GROUP, order);
    compared = 0;
    const walked = walks(() => {
      for (let i = 5_000; i < 10_000; i++) {
        expect(view.sizeOf(GROUP)).toBe(i);
        expect(view.last(GROUP, order)).toBe(place(i - 1));
        view.put(GROUP, place(i), { hash: 0 });
      }
    });
    expect(compared / 5_000).toBeLessThan(3 * 2 * Math.log2(10_000));
    expect(walked).toBeLessThan(3);
  });
});

const place = (i: number): string => String(i).padStart(12, '0');

/** How often `work` begins to walk over a map. */
function walks(work: () => void): number {
  const { [Symbol.iterator]: original } = Map.prototype;
  let walked = 0;
  Map.prototype[Symbol.iterator] = function (this: Map<unknown, unknown>) {
    walked++;
    return original.call(this) as MapIterator<[unknown, unknown]>;
  };
  try {
    work();
  } finally {
    Map.prototype[Symbol.iterator] = original;
  }
  return walked;
}
