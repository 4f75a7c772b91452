import { PackedKey } from './packed-key.ts';
import { SegmentsWriter } from './segments-writer.ts';
import type { Segment } from './segment.ts';

/** Entries of a group that one snapshot has: all of them, or what has changed since the one before. */
export interface Run {
  readonly puts: readonly Segment[];
  /** Keys alone. */
  readonly deleted: readonly Segment[];
}

/** About so many are in a segment. */
export const SEGMENT_ENTRIES = 4_096;

/**
 * The entries of a whole run with the changes of others, stretch by stretch of hashes: within one, all changes are put in
 * order at once, and what no change speaks of is copied.
 *
 * @param changes the oldest first
 */
export function combineRuns(whole: Run, changes: readonly Run[], segmentEntries = SEGMENT_ENTRIES): Segment[] {
  const total = [whole, ...changes].reduce((sum, run) => sum + entriesOf(run), 0);
  const stretches = 2 ** Math.min(MOST_STRETCHES_LOG2, Math.ceil(Math.log2(Math.max(1, total / segmentEntries))));
  const writer = new SegmentsWriter(segmentEntries);
  const before = new Walk(whole.puts, false);
  const walks = changes.toReversed().flatMap(({ puts, deleted }) => [new Walk(puts, false), new Walk(deleted, true)]);
  for (let stretch = 1; stretch <= stretches; stretch++) {
    const bound = (2 ** HASH_BITS / stretches) * stretch - 1;
    const newest = newestOf(walks.flatMap((walk) => walk.takeUpTo(bound)));
    mergeStretch(writer, before.takeUpTo(bound), newest);
  }
  return writer.take();
}

const HASH_BITS = 32;
const MOST_STRETCHES_LOG2 = 20;

const entriesOf = ({ puts, deleted }: Run): number => [...puts, ...deleted].reduce((sum, { size }) => sum + size, 0);

/** The places [from, to) of a segment. */
interface Part {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
  readonly isDeleted: boolean;
}

/** Goes through segments once. */
class Walk {
  readonly #segments: readonly Segment[];
  readonly #isDeleted: boolean;
  #next = 0;
  #place = 0;

  constructor(segments: readonly Segment[], isDeleted: boolean) {
    this.#segments = segments;
    this.#isDeleted = isDeleted;
  }

  takeUpTo(hash: number): Part[] {
    const parts: Part[] = [];
    for (let segment; (segment = this.#segments[this.#next]) !== undefined;) {
      const to = segment.lastHash <= hash ? segment.size : segment.firstAbove(hash);
      if (to > this.#place) parts.push({ segment, from: this.#place, to, isDeleted: this.#isDeleted });
      this.#place = to;
      if (to < segment.size) break;
      this.#next += 1;
      this.#place = 0;
    }
    return parts;
  }
}

/** A hash and the number of a place within its stretch are one whole number of 53 bits: sorting those needs no comparing. */
const PLACES = 2 ** 21;

interface Change {
  readonly segment: Segment;
  readonly place: number;
  readonly isDeleted: boolean;
}

/** Of each key the newest change, in the order of segments. @param parts of the youngest run first */
function newestOf(parts: readonly Part[]): Change[] {
  const length = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  if (length > PLACES) throw new Error(`a stretch must have ${PLACES} changes at most, got ${length}`);
  const order = new Float64Array(length);
  const partOf = new Uint32Array(length);
  const firstOf = new Uint32Array(parts.length);
  let n = 0;
  parts.forEach(({ segment, from, to }, part) => {
    firstOf[part] = n;
    for (let place = from; place < to; place++) {
      partOf[n] = part;
      order[n] = segment.hashAt(place) * PLACES + n;
      n += 1;
    }
  });
  order.sort();
  const hashAt = (i: number): number => Math.floor((order[i] as number) / PLACES);
  const changeAt = (i: number): Change => {
    const number = (order[i] as number) - hashAt(i) * PLACES;
    const part = partOf[number] as number;
    const { segment, from, isDeleted } = parts[part] as Part;
    return { segment, place: from + number - (firstOf[part] as number), isDeleted };
  };
  const newest: Change[] = [];
  for (let i = 0; i < length;) {
    const hash = hashAt(i);
    const ofHash = [changeAt(i++)];
    while (i < length && hashAt(i) === hash) ofHash.push(changeAt(i++));
    newest.push(...(ofHash.length === 1 ? ofHash : newestOfHash(ofHash)));
  }
  return newest;
}

/** @param changes the youngest first */
function newestOfHash(changes: readonly Change[]): Change[] {
  const [first] = changes as [Change];
  const others = changes.filter((one) => compareKeys(one, first) !== 0);
  if (others.length === 0) return [first];
  return [first, ...newestOfHash(others)].sort(compareKeys);
}

const key = new PackedKey();

const compareKeys = (a: Change, b: Change): number => a.segment.compareAt(a.place, b.segment.packedKeyAt(b.place, key));

/** @param parts of what was before */
function mergeStretch(writer: SegmentsWriter, parts: readonly Part[], changes: readonly Change[]): void {
  let next = 0;
  const put = ({ segment, place, isDeleted }: Change): void => {
    if (!isDeleted) writer.copy(segment, place, place + 1);
  };
  for (const { segment, from, to } of parts) {
    const lastHash = segment.hashAt(to - 1);
    let place = from;
    for (let change; (change = changes[next]) !== undefined; next++) {
      if (change.segment.hashAt(change.place) > lastHash) break;
      const packed = change.segment.packedKeyAt(change.place, key);
      const at = segment.lowerBound(packed);
      writer.copy(segment, place, at);
      place = at < to && segment.compareAt(at, packed) === 0 ? at + 1 : at;
      put(change);
    }
    writer.copy(segment, place, to);
  }
  for (; next < changes.length; next++) put(changes[next] as Change);
}
