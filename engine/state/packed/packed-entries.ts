import { ByteReader } from '../../codec/bytes.ts';
import { addHash, EMPTY_HASH, GroupHash, seedOf, subtractHash } from '../hash.ts';
import type { Entries, Entry, Group, TableSpec } from '../table.ts';
import { Freeze, type Extent } from './freeze.ts';
import { PackedKey } from './packed-key.ts';
import type { Segment } from './segment.ts';

/** As many as a large batch reads. */
const MOST_READ = 4_096;

/** By key; undefined: the entry is deleted. */
type Recent = Map<string, Entry | undefined>;

/**
 * The entries of a large group. What has not changed lately stays bytes, as it is stored: it takes a fifth of the memory of
 * objects, is loaded without being read, and goes into the next snapshot as it is.
 *
 *     get ──► recent ──► frozen ──► segments          a map each; undefined says that the entry is deleted
 *
 *     snapshot begins    recent becomes frozen, a new recent begins: the snapshot is of that moment
 *     each commit        some segments are merged with what is frozen, until all are
 */
export class PackedEntries implements Entries {
  readonly #spec: TableSpec;
  readonly #hash: GroupHash;
  readonly #key = new PackedKey();
  #segments: readonly Segment[];
  #frozen: Recent | undefined;
  #isFreezing = false;
  #recent: Recent;
  /** Read lately and not changed: a record asks for an entry, and its commit for the hash of the same one. */
  readonly #read = new Map<string, Entry>();
  #size: number;
  #stateHash: number;
  /** Key of the snapshot since which `recent` has all changes. */
  #storedIn: string | undefined;

  private constructor(spec: TableSpec, group: Group, segments: readonly Segment[]) {
    this.#spec = spec;
    this.#hash = new GroupHash(seedOf(spec.name), group);
    this.#segments = segments;
    this.#recent = new Map();
    this.#size = 0;
    this.#stateHash = EMPTY_HASH;
  }

  /** @param entries each with its hash; they are its own from here on */
  static of(spec: TableSpec, group: Group, entries: Map<string, Entry>): PackedEntries {
    const packed = new PackedEntries(spec, group, []);
    packed.#recent = entries;
    packed.#size = entries.size;
    for (const { hash } of entries.values()) packed.#stateHash = addHash(packed.#stateHash, hash);
    return packed;
  }

  /**
   * @param segments ascending, none empty, no hash in two of them
   * @param storedIn key of the snapshot that they are of
   */
  static load(spec: TableSpec, group: Group, segments: readonly Segment[], storedIn?: string): PackedEntries {
    const packed = new PackedEntries(spec, group, segments);
    packed.#storedIn = storedIn;
    for (const segment of segments) {
      packed.#size += segment.size;
      packed.#stateHash = addHash(packed.#stateHash, segment.stateHash(packed.#hash));
    }
    return packed;
  }

  get size(): number {
    return this.#size;
  }

  /** The share of all its entries in the hash of the state. */
  get stateHash(): number {
    return this.#stateHash;
  }

  get(key: string): Entry | undefined {
    const known = this.#read.get(key) ?? this.#recent.get(key);
    if (known !== undefined) return known;
    const changed = this.#changed(key);
    if (changed !== undefined) return changed.get(key);
    const found = this.#find(key);
    if (found === undefined) return undefined;
    const entry = this.#entryOf(key, found.segment.valueAt(found.place));
    if (this.#read.size >= MOST_READ) this.#read.clear();
    this.#read.set(key, entry);
    return entry;
  }

  has(key: string): boolean {
    const changed = this.#changed(key);
    return changed === undefined ? this.#find(key) !== undefined : changed.get(key) !== undefined;
  }

  /** The hash of the entry at a key, which need not be read for it. */
  hashAt(key: string): number | undefined {
    const known = this.#read.get(key) ?? this.#recent.get(key);
    if (known !== undefined) return known.hash;
    const changed = this.#changed(key);
    if (changed !== undefined) return changed.get(key)?.hash;
    const found = this.#find(key);
    return found === undefined ? undefined : this.#hash.of(key, found.segment.valueAt(found.place));
  }

  set(key: string, entry: Entry): void {
    this.#forget(key);
    this.#size += 1;
    this.#stateHash = addHash(this.#stateHash, entry.hash);
    this.#recent.set(key, entry);
  }

  delete(key: string): boolean {
    if (!this.#forget(key)) return false;
    this.#recent.set(key, undefined);
    return true;
  }

  *keys(): Generator<string> {
    for (const { key } of this.#unchanged()) yield key;
    for (const [key] of this.#changes()) yield key;
  }

  *values(): Generator<Entry> {
    for (const [, entry] of this) yield entry;
  }

  *[Symbol.iterator](): Generator<[string, Entry]> {
    for (const { key, segment, place } of this.#unchanged()) yield [key, this.#entryOf(key, segment.valueAt(place))];
    yield* this.#changes();
  }

  /** How many entries a snapshot gets that stands on another one: all where that one does not know the group. */
  entriesSince(snapshotKey: string): number {
    return this.isIn(snapshotKey) ? this.#recent.size : this.#size;
  }

  /** Whether the last snapshot that they went into, or came from, is this one. */
  isIn(snapshotKey: string): boolean {
    return this.#storedIn === snapshotKey;
  }

  /**
   * Holds on to all entries as they are now. The last one that was begun must have come to its end.
   *
   * @param storedIn key of the snapshot that they go into
   */
  freeze(segmentEntries: number, extent: Extent = 'whole', storedIn?: string): Freeze {
    if (this.#isFreezing) throw new Error('entries must be frozen once at a time, got a second time');
    const frozen = this.#recent;
    this.#frozen = frozen.size === 0 ? undefined : frozen;
    this.#recent = new Map();
    this.#isFreezing = this.#segments.length > 0 || frozen.size > 0;
    this.#storedIn = storedIn;
    return new Freeze(this.#spec, this.#segments, frozen, [extent, segmentEntries], (segments, isDone) => {
      this.#segments = segments;
      this.#isFreezing = !isDone;
      if (isDone) this.#frozen = undefined;
    });
  }

  /** @returns whether there was one */
  #forget(key: string): boolean {
    const hash = this.hashAt(key);
    if (hash === undefined) return false;
    this.#read.delete(key);
    this.#size -= 1;
    this.#stateHash = subtractHash(this.#stateHash, hash);
    return true;
  }

  /** The newest changes that say something of a key. */
  #changed(key: string): Recent | undefined {
    if (this.#recent.has(key)) return this.#recent;
    return this.#frozen?.has(key) === true ? this.#frozen : undefined;
  }

  #find(key: string): { readonly segment: Segment; readonly place: number } | undefined {
    const packed = this.#key.set(key);
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#segments[middle] as Segment).lastHash < packed.hash) low = middle + 1;
      else high = middle;
    }
    const segment = this.#segments[low];
    const place = segment?.find(packed) ?? -1;
    return segment === undefined || place < 0 ? undefined : { segment, place };
  }

  *#unchanged(): Generator<{ readonly key: string; readonly segment: Segment; readonly place: number }> {
    for (const segment of this.#segments) {
      for (let place = 0; place < segment.size; place++) {
        const key = segment.keyAt(place);
        if (this.#changed(key) === undefined) yield { key, segment, place };
      }
    }
  }

  *#changes(): Generator<[string, Entry]> {
    for (const [key, entry] of this.#frozen ?? [])
      if (entry !== undefined && !this.#recent.has(key)) yield [key, entry];
    for (const [key, entry] of this.#recent) if (entry !== undefined) yield [key, entry];
  }

  #entryOf(key: string, value: Uint8Array): Entry {
    const entry = this.#spec.read(new ByteReader(value), key);
    entry.hash = this.#hash.of(key, value);
    return entry;
  }
}
