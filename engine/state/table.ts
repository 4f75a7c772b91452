/**
 * Keyed state is kept in tables, and nowhere else: a table holds entries by group and key, an operator owns one or several.
 *
 *     group is a number   a window's start, or 0 where time plays no part; the key is the grouping key
 *     group is a text     the grouping key; the key is one inside of its map
 */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { inserted, keysFrom, removed, type KeyOrder, type Keys } from './sorted-keys.ts';

/** What a table holds. Never changed once it is in a table or in a change (PL-6), but for the hash. */
export interface Entry {
  /** The share of this entry in the state's hash; given when it is encoded or decoded. */
  hash: number;
}

export type Group = number | string;

/** The entries of a group by key: a Map is one. */
export interface Entries<E extends Entry = Entry> extends Iterable<[string, E]> {
  readonly size: number;
  get(key: string): E | undefined;
  has(key: string): boolean;
  set(key: string, entry: E): unknown;
  delete(key: string): boolean;
  keys(): Iterable<string>;
  values(): Iterable<E>;
}

export interface TableSpec<E extends Entry = Entry> {
  /** Stable and unique within the pipeline (PL-30), e.g. `window/panes`. */
  readonly name: string;
  /** Which part of an entry's place says to which shard it belongs (PL-24); `all`: every shard has a copy. */
  readonly routedBy: 'key' | 'group' | 'all';
  readonly groups: 'number' | 'text';
  /** Each entry is an open window of a key, or a slice that several of its windows share. */
  readonly holdsWindows?: true;
  /** No code of the pipeline reads or writes the entries, so a large group may stay bytes until an entry is asked for. */
  readonly isPackable?: true;
  /** Deterministic: equal entries give equal bytes. */
  write(writer: ByteWriter, entry: E): void;
  /** @param key that of the entry's place */
  read(reader: ByteReader, key: string): E;
  /** Of a table as an earlier release laid it out: puts the entries where they belong now. */
  upgrade?(table: Table): void;
  /** What becomes of two entries at one place when shards are merged; only those that every shard has can meet. */
  merge?(a: E, b: E): E;
}

/** The keys of a group in order. */
export interface SortedGroup {
  readonly keys: Keys;
  readonly order: KeyOrder;
}

export class Table {
  readonly groups = new Map<Group, Entries>();
  /** Of groups that were asked for their order: kept from then on, for sorting anew costs all of their keys. */
  readonly #sorted = new Map<Group, SortedGroup>();
  /** Entries of all groups. */
  size = 0;

  get(group: Group, key: string): Entry | undefined {
    return this.groups.get(group)?.get(key);
  }

  put(group: Group, key: string, entry: Entry): void {
    let entries = this.groups.get(group);
    if (entries === undefined) this.groups.set(group, (entries = new Map()));
    const before = entries.size;
    entries.set(key, entry);
    if (entries.size === before) return;
    this.size++;
    const sorted = this.#sorted.get(group);
    if (sorted !== undefined) this.#sorted.set(group, { ...sorted, keys: inserted(sorted.keys, key, sorted.order) });
  }

  /** Takes over all entries of a group that is not there yet. */
  adopt(group: Group, entries: Entries): void {
    if (entries.size > 0) this.groups.set(group, entries);
    this.size += entries.size;
  }

  /** Keeps the same entries of a group in another way. */
  replace(group: Group, entries: Entries): void {
    this.groups.set(group, entries);
  }

  delete(group: Group, key: string): void {
    const entries = this.groups.get(group);
    if (entries?.delete(key) !== true) return;
    this.size--;
    const sorted = this.#sorted.get(group);
    if (sorted !== undefined) this.#sorted.set(group, { ...sorted, keys: removed(sorted.keys, key, sorted.order) });
    if (entries.size === 0) this.#forget(group);
  }

  drop(group: Group): void {
    this.size -= this.groups.get(group)?.size ?? 0;
    this.#forget(group);
  }

  /** @param order the same for every call on this table */
  sorted(group: Group, order: KeyOrder): SortedGroup {
    const entries = this.groups.get(group);
    if (entries === undefined) return { keys: undefined, order };
    const known = this.#sorted.get(group);
    if (known !== undefined) return known;
    const sorted = sortedGroup(entries.keys(), order);
    this.#sorted.set(group, sorted);
    return sorted;
  }

  #forget(group: Group): void {
    this.groups.delete(group);
    this.#sorted.delete(group);
  }
}

function sortedGroup(keys: Iterable<string>, order: KeyOrder): SortedGroup {
  return { keys: keysFrom([...keys].sort((a, b) => (order(a, b) ? -1 : 1))), order };
}
