import { ByteWriter } from '../../codec/bytes.ts';
import type { Entry, TableSpec } from '../table.ts';
import { OrderedChanges, type Change, type Changes } from './ordered-changes.ts';
import { PackedKey } from './packed-key.ts';
import { SegmentWriter, type Segment } from './segment.ts';

/**
 * The entries of a group at one moment, on their way into new segments.
 *
 *     done  │ before          `changed` is told what stands for the group: both together, none twice
 *     ──────┼───────
 *        hash ascends
 */
export class Freeze {
  readonly #spec: TableSpec;
  readonly #segmentEntries: number;
  readonly #changes: OrderedChanges;
  readonly #changed: (segments: readonly Segment[], isDone: boolean) => void;
  readonly #key = new PackedKey();
  readonly #value = new ByteWriter();
  readonly #writer = new SegmentWriter();
  readonly #done: Segment[] = [];
  #before: readonly Segment[];
  #remaining: number;

  constructor(
    spec: TableSpec,
    before: readonly Segment[],
    changes: Changes,
    segmentEntries: number,
    changed: (segments: readonly Segment[], isDone: boolean) => void,
  ) {
    this.#spec = spec;
    this.#segmentEntries = segmentEntries;
    this.#before = before;
    this.#changes = new OrderedChanges(changes, segmentEntries);
    this.#changed = changed;
    this.#remaining = before.reduce((sum, { size }) => sum + size, 0);
  }

  get isDone(): boolean {
    return this.remaining === 0;
  }

  /** Entries and changes that are left. */
  get remaining(): number {
    return this.#remaining + this.#changes.remaining;
  }

  /** Makes the next segments, of so many entries and changes, and up to a segment more. */
  advance(entries: number): readonly Segment[] {
    const first = this.#done.length;
    const goal = this.remaining - entries;
    while (!this.isDone && this.remaining > goal) this.#mergeNext();
    this.#flush();
    this.#changed([...this.#done, ...this.#before], this.isDone);
    return this.#done.slice(first);
  }

  /** One segment, or a part of it, with the changes of its stretch. */
  #mergeNext(): void {
    const { bound } = this.#changes;
    const segment = this.#takeUpTo(bound);
    const toHash = this.#before.length === 0 || segment === undefined ? bound : Math.min(bound, segment.lastHash);
    const changes = this.#changes.take(toHash);
    if (segment === undefined) {
      for (const { key, entry } of changes) if (entry !== undefined) this.#add(this.#key.set(key), entry);
    } else if (changes.length === 0 && this.#writer.size === 0 && segment.size >= this.#segmentEntries / 2) {
      this.#done.push(segment);
    } else {
      this.#merge(segment, changes);
    }
    if (this.#writer.size >= this.#segmentEntries / 2) this.#flush();
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
      this.#copy(segment, place, at);
      place = at < segment.size && segment.compareAt(at, packed) === 0 ? at + 1 : at;
      if (entry !== undefined) this.#add(packed, entry);
    }
    this.#copy(segment, place, segment.size);
  }

  #copy(segment: Segment, from: number, to: number): void {
    for (let place = from; place < to;) {
      this.#flushBefore(segment.hashAt(place));
      const end = Math.min(to, place + Math.max(1, this.#segmentEntries - this.#writer.size));
      this.#writer.copy(segment, place, end);
      place = end;
    }
  }

  #add(key: PackedKey, entry: Entry): void {
    this.#flushBefore(key.hash);
    this.#value.clear();
    this.#spec.write(this.#value, entry);
    this.#writer.add(key, this.#value.since(0));
  }

  /** Entries of one hash stay in one segment, so that a segment is found by the hash alone. */
  #flushBefore(hash: number): void {
    if (this.#writer.size >= this.#segmentEntries && this.#writer.lastHash !== hash) this.#flush();
  }

  #flush(): void {
    if (this.#writer.size > 0) this.#done.push(this.#writer.finish());
  }
}
