import type { Entry, Group, Table } from './table.ts';

/** What a step changes in one table. Groups are dropped first, then entries put; undefined is a tombstone. */
export interface TableChange {
  readonly dropped: ReadonlySet<Group>;
  readonly puts: ReadonlyMap<Group, ReadonlyMap<string, Entry | undefined>>;
}

export const NO_TABLE_CHANGE: TableChange = Object.freeze({ dropped: new Set<Group>(), puts: new Map<Group, ReadonlyMap<string, Entry | undefined>>() });

/** How to take back what was done since a mark: a record that fails half way changes nothing (PL-15). */
export type Journal = Array<() => void>;

/** A table as a step sees it: reads through to the state, writes into its own change (PL-6). */
export class TableView<E extends Entry = Entry> implements TableChange {
  readonly dropped = new Set<Group>();
  readonly puts = new Map<Group, Map<string, E | undefined>>();
  readonly #table: Table;
  readonly #journal: Journal;

  constructor(table: Table, journal: Journal) {
    this.#table = table;
    this.#journal = journal;
  }

  get(group: Group, key: string): E | undefined {
    const mine = this.puts.get(group);
    if (mine !== undefined) {
      const entry = mine.get(key);
      if (entry !== undefined || mine.has(key)) return entry;
    }
    return this.#stored(group)?.get(key);
  }

  /** Nothing was ever stored in the group before this step, nor put by it. */
  isNew(group: Group): boolean {
    return !this.puts.has(group) && this.#stored(group) === undefined;
  }

  put(group: Group, key: string, entry: E): void {
    this.#write(group, key, entry);
  }

  delete(group: Group, key: string): void {
    if (this.get(group, key) !== undefined) this.#write(group, key, undefined);
  }

  drop(group: Group): void {
    const puts = this.puts.get(group);
    const wasDropped = this.dropped.has(group);
    if (puts === undefined && (wasDropped || !this.#table.groups.has(group))) return;
    this.puts.delete(group);
    if (this.#table.groups.has(group)) this.dropped.add(group);
    this.#journal.push(() => {
      if (puts !== undefined) this.puts.set(group, puts);
      if (!wasDropped) this.dropped.delete(group);
    });
  }

  /** The group's keys, ascending. */
  keys(group: Group): string[] {
    const stored = this.#stored(group);
    const mine = this.puts.get(group);
    if (mine === undefined) return stored === undefined ? [] : [...stored.keys()].sort();
    const keys = new Set(stored?.keys() ?? []);
    for (const [key, entry] of mine) {
      if (entry === undefined) keys.delete(key);
      else keys.add(key);
    }
    return [...keys].sort();
  }

  /** The largest of the group's keys. */
  last(group: Group): string | undefined {
    let last: string | undefined;
    this.forEach(group, (key) => {
      if (last === undefined || key > last) last = key;
    });
    return last;
  }

  /** Whether one more entry would be within `limit`. Counts only where that is in doubt. */
  hasRoom(group: Group, limit: number): boolean {
    const stored = this.#stored(group);
    const mine = this.puts.get(group);
    let size = stored?.size ?? 0;
    if (size + (mine?.size ?? 0) < limit) return true;
    for (const [key, entry] of mine ?? []) {
      const isStored = stored?.has(key) === true;
      if (isStored !== (entry !== undefined)) size += isStored ? -1 : 1;
    }
    return size < limit;
  }

  /** Every entry of the group, in no order. */
  forEach(group: Group, visit: (key: string, entry: E) => void): void {
    const mine = this.puts.get(group);
    for (const [key, entry] of this.#stored(group) ?? []) {
      if (mine?.has(key) !== true) visit(key, entry);
    }
    for (const [key, entry] of mine ?? []) {
      if (entry !== undefined) visit(key, entry);
    }
  }

  #stored(group: Group): Map<string, E> | undefined {
    return this.dropped.has(group) ? undefined : (this.#table.groups.get(group) as Map<string, E> | undefined);
  }

  #write(group: Group, key: string, entry: E | undefined): void {
    let puts = this.puts.get(group);
    if (puts === undefined) this.puts.set(group, (puts = new Map()));
    const entries = puts;
    const before = entries.get(key);
    const had = before !== undefined || entries.has(key);
    entries.set(key, entry);
    this.#journal.push(() => {
      if (had) entries.set(key, before);
      else if (entries.delete(key) && entries.size === 0) this.puts.delete(group);
    });
  }
}
