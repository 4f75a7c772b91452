import type { Journal } from './journal.ts';
import { floorOf, inserted, lastOf, removed, visitKeys, type KeyOrder } from './sorted-keys.ts';
import type { Entries, Entry, Group, SortedGroup, Table } from './table.ts';

/** What a step changes in one table. Groups are dropped first, then entries put; undefined is a tombstone. */
export interface TableChange {
  readonly dropped: ReadonlySet<Group>;
  readonly puts: ReadonlyMap<Group, ReadonlyMap<string, Entry | undefined>>;
}

export const NO_TABLE_CHANGE: TableChange = Object.freeze({
  dropped: new Set<Group>(),
  puts: new Map<Group, ReadonlyMap<string, Entry | undefined>>(),
});

/** A table as a step sees it: reads through to the state, writes into its own change (PL-6). */
export class TableView<E extends Entry = Entry> implements TableChange {
  readonly dropped = new Set<Group>();
  readonly puts = new Map<Group, Map<string, E | undefined>>();
  readonly #table: Table;
  readonly #journal: Journal;
  /** Of groups that were asked for their size: how many entries they have now. */
  readonly #sizes = new Map<Group, number>();
  /** Of groups that were asked for their order, and have changed. */
  readonly #sorted = new Map<Group, SortedGroup>();
  /** The group that was asked for last, and what was put into it: the next record is often of the same one. */
  #lastGroup: Group | undefined;
  #lastPuts: Map<string, E | undefined> | undefined;

  constructor(table: Table, journal: Journal) {
    this.#table = table;
    this.#journal = journal;
  }

  get(group: Group, key: string): E | undefined {
    const mine = this.#putsOf(group);
    if (mine !== undefined) {
      const entry = mine.get(key);
      if (entry !== undefined || mine.has(key)) return entry;
    }
    return this.#stored(group)?.get(key);
  }

  /** The group has no entry that was there before this step or was put by it, unless that was deleted since. */
  isNew(group: Group): boolean {
    return this.#putsOf(group) === undefined && this.#stored(group) === undefined;
  }

  /** Groups that have an entry, or had one before this step that it deleted; in no order. */
  groups(): Set<Group> {
    const stored = [...this.#table.groups.keys()].filter((group) => !this.dropped.has(group));
    return new Set([...stored, ...this.puts.keys()]);
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
    const size = this.#sizes.get(group);
    const sorted = this.#sorted.get(group);
    this.#setPuts(group, undefined);
    if (this.#table.groups.has(group)) this.dropped.add(group);
    this.#sizes.delete(group);
    this.#sorted.delete(group);
    this.#journal.note(() => {
      if (puts !== undefined) this.#setPuts(group, puts);
      if (!wasDropped) this.dropped.delete(group);
      setOrDelete(this.#sizes, group, size);
      setOrDelete(this.#sorted, group, sorted);
    });
  }

  /** The group's keys, ascending. Sorts them: for those who need all of them once, such as a window that fires. */
  keys(group: Group): string[] {
    const mine = this.puts.get(group);
    const keys: string[] = [];
    for (const key of this.#stored(group)?.keys() ?? []) if (mine?.has(key) !== true) keys.push(key);
    for (const [key, entry] of mine ?? []) if (entry !== undefined) keys.push(key);
    return keys.sort();
  }

  /** Visits the group's keys of `[from, to]` in their order, which is kept: of the other keys it costs O(log n). */
  visit(group: Group, order: KeyOrder, visit: (key: string, entry: E) => void, from?: string, to?: string): void {
    visitKeys(this.#inOrder(group, order).keys, (key) => visit(key, this.get(group, key) as E), order, from, to);
  }

  /** The last of the group's keys. */
  last(group: Group, order: KeyOrder): string | undefined {
    return lastOf(this.#inOrder(group, order).keys);
  }

  /** The last of the group's keys that is not after `key`. */
  floor(group: Group, order: KeyOrder, key: string): string | undefined {
    return floorOf(this.#inOrder(group, order).keys, key, order);
  }

  /** How many entries the group has. */
  sizeOf(group: Group): number {
    const known = this.#sizes.get(group);
    if (known !== undefined) return known;
    const stored = this.#stored(group);
    const mine = this.puts.get(group);
    let size = stored?.size ?? 0;
    if (mine === undefined) return size;
    for (const [key, entry] of mine) {
      const isStored = stored?.has(key) === true;
      if (isStored !== (entry !== undefined)) size += isStored ? -1 : 1;
    }
    this.#sizes.set(group, size);
    return size;
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

  #putsOf(group: Group): Map<string, E | undefined> | undefined {
    if (group !== this.#lastGroup) {
      this.#lastPuts = this.puts.get(group);
      this.#lastGroup = group;
    }
    return this.#lastPuts;
  }

  #setPuts(group: Group, puts: Map<string, E | undefined> | undefined): void {
    setOrDelete(this.puts, group, puts);
    this.#lastGroup = undefined;
  }

  #stored(group: Group): Entries<E> | undefined {
    return this.dropped.has(group) ? undefined : (this.#table.groups.get(group) as Entries<E> | undefined);
  }

  #inOrder(group: Group, order: KeyOrder): SortedGroup {
    const known = this.#sorted.get(group);
    if (known !== undefined) return known;
    const mine = this.puts.get(group);
    const stored = this.dropped.has(group) ? { keys: undefined, order } : this.#table.sorted(group, order);
    if (mine === undefined) return stored;
    let { keys } = stored;
    for (const [key, entry] of mine)
      keys = entry === undefined ? removed(keys, key, order) : inserted(keys, key, order);
    const sorted = { keys, order };
    this.#sorted.set(group, sorted);
    return sorted;
  }

  #write(group: Group, key: string, entry: E | undefined): void {
    const mine = this.#putsOf(group);
    const before = mine?.get(key);
    const had = before !== undefined || mine?.has(key) === true;
    this.#journal.note(() => this.#set(group, key, before, had));
    this.#set(group, key, entry, entry !== undefined || this.#stored(group)?.has(key) === true);
  }

  /** @param isNoted false: the group's change says nothing of the key, as it does of one that came and went within the step */
  #set(group: Group, key: string, entry: E | undefined, isNoted: boolean): void {
    const isCounted = this.#sizes.size > 0 || this.#sorted.size > 0;
    const wasThere = isCounted && this.get(group, key) !== undefined;
    let entries = this.#putsOf(group);
    if (isNoted) {
      if (entries === undefined) this.#setPuts(group, (entries = new Map()));
      entries.set(key, entry);
    } else if (entries?.delete(key) === true && entries.size === 0) {
      this.#setPuts(group, undefined);
    }
    if (isCounted) this.#count(group, key, wasThere);
  }

  #count(group: Group, key: string, wasThere: boolean): void {
    const isThere = this.get(group, key) !== undefined;
    if (isThere === wasThere) return;
    const size = this.#sizes.get(group);
    if (size !== undefined) this.#sizes.set(group, size + (isThere ? 1 : -1));
    const sorted = this.#sorted.get(group);
    if (sorted === undefined) return;
    const { keys, order } = sorted;
    this.#sorted.set(group, { keys: isThere ? inserted(keys, key, order) : removed(keys, key, order), order });
  }
}

function setOrDelete<V>(map: Map<Group, V>, group: Group, value: V | undefined): void {
  if (value === undefined) map.delete(group);
  else map.set(group, value);
}
