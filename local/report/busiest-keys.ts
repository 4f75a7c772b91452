import Table from 'cli-table3';
import type { Topology } from '../../engine/topology.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { printable } from './printable.ts';
import { grouped } from './progress.ts';

type Fold = (total: number, value: number) => number;

interface Column {
  readonly name: string;
  readonly fold: Fold;
}

interface Totals {
  windows: number;
  newest: ResultRow;
  readonly totals: Array<number | undefined>;
}

/** How the windows' values of an aggregate make one of the key; means do not. */
const FOLDS: ReadonlyArray<readonly [prefix: string, fold: Fold]> = [
  ['count', (total, value) => total + value],
  ['sum(', (total, value) => total + value],
  ['min(', Math.min],
  ['max(', Math.max],
];

/** Totals per key over the newest revisions of all windows. */
export class BusiestKeys {
  readonly #keyField: string;
  readonly #columns: readonly Column[];
  readonly #keys = new Map<string, Totals>();
  #overlap = false;

  constructor({ keyFields, results }: Pick<Topology, 'keyFields' | 'results'>) {
    this.#keyField = keyFields.join(', ');
    this.#columns = results.columns.flatMap(({ name, descriptor }) => {
      const fold = FOLDS.find(([prefix]) => descriptor.startsWith(prefix))?.[1];
      return fold === undefined ? [] : [{ name, fold }];
    });
  }

  add(row: ResultRow): void {
    const known = this.#keys.get(row.key);
    if (known !== undefined)
      this.#overlap ||= row.windowStartMs < known.newest.windowEndMs && known.newest.windowStartMs < row.windowEndMs;
    const entry: Totals = known ?? { windows: 0, totals: [], newest: row };
    this.#keys.set(row.key, entry);
    entry.windows += 1;
    entry.newest = row;
    this.#columns.forEach(({ name, fold }, index) => {
      const value = Number(row.values[name] ?? Number.NaN);
      if (Number.isNaN(value)) return;
      const total = entry.totals[index];
      entry.totals[index] = total === undefined ? value : fold(total, value);
    });
  }

  /** Not where windows overlap, for then records would count twice; rows of a key come in the order of their windows. */
  get canBeTotalled(): boolean {
    return this.#columns.length > 0 && !this.#overlap;
  }

  /** The first of them; undefined when there is none. */
  get busiestKey(): string | undefined {
    return this.#sorted()[0]?.[0];
  }

  /** The keys with the largest first total, and how many keys there are. */
  toString(count = 10): string {
    const busiest = this.#sorted().slice(0, count);
    const table = new Table({
      head: [this.#keyField, 'windows', ...this.#columns.map(({ name }) => name)],
      colAligns: ['left', 'right', ...this.#columns.map(() => 'right' as const)],
      style: { head: [], border: [], compact: true },
    });
    for (const [key, { windows, totals }] of busiest) {
      table.push([
        printable(key),
        grouped(windows),
        ...this.#columns.map((_, index) => (totals[index] === undefined ? '' : grouped(totals[index]))),
      ]);
    }
    return `${table.toString()}\nthe ${busiest.length} busiest of ${grouped(this.#keys.size)} keys, all windows that have fired`;
  }

  #sorted(): Array<[string, Totals]> {
    return [...this.#keys].sort(
      ([a, left], [b, right]) => (right.totals[0] ?? 0) - (left.totals[0] ?? 0) || (a < b ? -1 : 1),
    );
  }
}
