import { ByteWriter } from '../../codec/bytes.ts';
import type { Entry, TableSpec } from '../table.ts';
import { OrderedChanges, type Change, type Changes } from './ordered-changes.ts';
import { PackedKey } from './packed-key.ts';
import type { Run } from './run.ts';
import type { Segment } from './segment.ts';
import { SegmentsWriter } from './segments-writer.ts';

/** What a snapshot gets of a group: all of its entries, or what has changed since the last one. */
export type Extent = 'whole' | 'change';

const NOTHING = new Uint8Array();

/**
 * The entries of a group at one moment, on their way into new segments.
 *
 *     done  │ before          `changed` is told what stands for the group: both together, none twice
 *     ──────┼───────
 *        hash ascends
 */
export class Freeze {
  readonly extent: Extent;
  readonly #spec: TableSpec;
  readonly #segmentEntries: number;
  readonly #changes: OrderedChanges;
  readonly #changed: (segments: readonly Segment[], isDone: boolean) => void;
  readonly #key = new PackedKey();
  readonly #value = new ByteWriter();
  readonly #merged: SegmentsWriter;
  /** Of the changes alone, where the snapshot gets those. */
  readonly #puts: SegmentsWriter;
  readonly #deleted: SegmentsWriter;
  #before: readonly Segment[];
  #remaining: number;

  constructor(
    spec: TableSpec,
    before: readonly Segment[],
    changes: Changes,
    [extent, segmentEntries]: readonly [Extent, number],
    changed: (segments: readonly Segment[], isDone: boolean) => void,
  ) {
    this.extent = extent;
    this.#spec = spec;
    this.#segmentEntries = segmentEntries;
    this.#before = before;
    this.#changes = new OrderedChanges(changes, segmentEntries);
    this.#changed = changed;
    this.#merged = new SegmentsWriter(segmentEntries);
    this.#puts = new SegmentsWriter(segmentEntries);
    this.#deleted = new SegmentsWriter(segmentEntries);
    this.#remaining = before.reduce((sum, { size }) => sum + size, 0);
  }

  get isDone(): boolean {
    return this.remaining === 0;
  }

  /** Entries and changes that are left. */
  get remaining(): number {
    return this.#remaining + this.#changes.remaining;
  }

  /** Goes on by so many entries and changes, and up to a segment more. @returns what the snapshot gets of them */
  advance(entries: number): Run {
    const goal = this.remaining - entries;
    while (!this.isDone && this.remaining > goal) this.#mergeNext();
    const merged = this.#merged.take();
    this.#changed([...this.#merged.done, ...this.#before], this.isDone);
    if (this.extent === 'whole') return { puts: merged, deleted: [] };
    return { puts: this.#puts.take(), deleted: this.#deleted.take() };
  }

  /** One segment, or a part of it, with the changes of its stretch. */
  #mergeNext(): void {
    const { bound } = this.#changes;
    const segment = this.#takeUpTo(bound);
    const toHash = this.#before.length === 0 || segment === undefined ? bound : Math.min(bound, segment.lastHash);
    const changes = this.#changes.take(toHash);
    if (segment === undefined) {
      for (const { key, entry } of changes) this.#put(this.#key.set(key), entry);
    } else if (changes.length === 0 && this.#merged.open === 0 && segment.size >= this.#segmentEntries / 2) {
      this.#merged.adopt(segment);
    } else {
      this.#merge(segment, changes);
    }
    if (this.#merged.open >= this.#segmentEntries / 2) this.#merged.flush();
  }

  /** The next segment, cut behind the hash; undefined: all of it is behind. */
  #takeUpTo(hash: number): Segment | undefined {
    const [segment, ...rest] = this.#before;
    if (segment === undefined) return undefined;
    const end = segment.lastHash <= hash ? segment.size : segment.firstAbove(hash);
    if (end === 0) return undefined;
    this.#before = end === segment.size ? rest : [segment.part(end, segment.size), ...rest];
    this.#remaining -= end;
    return segment.part(0, end);
  }

  #merge(segment: Segment, changes: readonly Change[]): void {
    let place = 0;
    for (const { key, entry } of changes) {
      const packed = this.#key.set(key);
      const at = segment.lowerBound(packed);
      this.#merged.copy(segment, place, at);
      place = at < segment.size && segment.compareAt(at, packed) === 0 ? at + 1 : at;
      this.#put(packed, entry);
    }
    this.#merged.copy(segment, place, segment.size);
  }

  #put(key: PackedKey, entry: Entry | undefined): void {
    if (entry === undefined) {
      if (this.extent === 'change') this.#deleted.add(key, NOTHING);
      return;
    }
    this.#value.clear();
    this.#spec.write(this.#value, entry);
    const value = this.#value.since(0);
    this.#merged.add(key, value);
    if (this.extent === 'change') this.#puts.add(key, value);
  }
}
