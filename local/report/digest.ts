import type { Topology } from '../../engine/topology.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { BusiestKeys } from './busiest-keys.ts';
import { isOfOther } from './other-definition.ts';
import { grouped } from './progress.ts';
import { resultTable } from './result-table.ts';

const SHOWN = 10;

/** All results on one screen: totals of the busiest keys where results can be added up, else the newest results. */
export class Digest {
  readonly #topology: Pick<Topology, 'keyFields' | 'results'>;
  readonly #busiest: BusiestKeys;
  #newest: ResultRow[] = [];
  rows = 0;
  /** Rows that another definition of the pipeline has left: they are not shown under the names of this one. */
  others = 0;

  constructor(topology: Pick<Topology, 'keyFields' | 'results'>) {
    this.#topology = topology;
    this.#busiest = new BusiestKeys(topology);
  }

  add(row: ResultRow): void {
    if (isOfOther(row, this.#topology.results)) {
      this.others += 1;
      return;
    }
    this.rows += 1;
    this.#busiest.add(row);
    this.#newest.push(row);
    if (this.#newest.length >= 10 * SHOWN) this.#newest = newestOf(this.#newest);
  }

  /** A key that is worth a look; undefined when there is none. */
  get key(): string | undefined {
    return this.#busiest.canBeTotalled ? this.#busiest.busiestKey : newestOf(this.#newest)[0]?.key;
  }

  toString(): string {
    if (this.#busiest.canBeTotalled) return this.#busiest.toString(SHOWN);
    const newest = newestOf(this.#newest);
    return `${resultTable(newest, this.#topology.results)}\nthe ${newest.length} newest of ${grouped(this.rows)} results`;
  }
}

/** By the end of their windows, the last first. */
function newestOf(rows: readonly ResultRow[]): ResultRow[] {
  return rows.toSorted((a, b) => b.windowEndMs - a.windowEndMs || (a.key < b.key ? -1 : 1)).slice(0, SHOWN);
}
