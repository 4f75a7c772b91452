import type { Group } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Pane } from './panes.ts';

/** Rows of a slice that its windows before `firstMs` leave out: they were late for those, each by the watermark that it carried. */
export interface PartSlice {
  readonly sliceMs: number;
  readonly firstMs: number;
}

/** @example partSlice('40/20') // { sliceMs: 40, firstMs: 20 } */
export function partSlice(group: string): PartSlice {
  const [sliceMs, firstMs] = group.split('/').map(Number);
  return { sliceMs: sliceMs as number, firstMs: firstMs as number };
}

const groupOf = ({ sliceMs, firstMs }: PartSlice): string => `${sliceMs}/${firstMs}`;

/** What hopping windows behind an exchange keep beside their slices: few, as few rows are late for a part of their windows. */
export class PartSlices {
  readonly #table: TableView<Pane> | undefined;

  /** @param table undefined where no row carries a watermark: there is nothing then */
  constructor(table: TableView<Pane> | undefined) {
    this.#table = table;
  }

  get(part: PartSlice, key: string): Pane | undefined {
    return this.#table?.get(groupOf(part), key);
  }

  put(part: PartSlice, key: string, pane: Pane): void {
    this.#table?.put(groupOf(part), key, pane);
  }

  has(sliceMs: number): boolean {
    return this.#parts().some((part) => part.sliceMs === sliceMs);
  }

  drop(sliceMs: number): void {
    for (const part of this.#parts()) if (part.sliceMs === sliceMs) this.#table?.drop(groupOf(part));
  }

  /** Those that the window counts: their slices lie in it, and it is none of those before. In the same order on every replay. */
  inWindow(startMs: number, endMs: number): PartSlice[] {
    return this.#parts()
      .filter(({ sliceMs, firstMs }) => startMs <= sliceMs && sliceMs < endMs && firstMs <= startMs)
      .sort((a, b) => a.sliceMs - b.sliceMs || a.firstMs - b.firstMs);
  }

  forEach(part: PartSlice, visit: (key: string, pane: Pane) => void): void {
    this.#table?.forEach(groupOf(part), visit);
  }

  #parts(): PartSlice[] {
    const groups: Iterable<Group> = this.#table?.groups() ?? [];
    return [...groups].map((group) => partSlice(group as string));
  }
}
