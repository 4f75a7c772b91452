import { ByteWriter } from '../../codec/bytes.ts';
import { TidemarkError } from '../../errors.ts';
import { addHash, EMPTY_HASH, type GroupHash } from '../hash.ts';
import { compareBytes, hashOfBytes, type PackedKey } from './packed-key.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** So far from where it is expected, a hash is sought first: as many as fill a line of the processor's cache. */
const NEARBY = 16;

/**
 * Entries of a group as bytes, found without reading the others. Immutable.
 *
 *     per entry: length of key, key as UTF-8, length of value, value       ascending by the hash of the key, then by its bytes
 *
 * What finds them is made anew from the bytes when they are loaded, so it is not stored.
 */
export class Segment {
  readonly bytes: Uint8Array;
  readonly #hashes: Uint32Array;
  readonly #starts: Uint32Array;

  constructor(bytes: Uint8Array, hashes: Uint32Array, starts: Uint32Array) {
    this.bytes = bytes;
    this.#hashes = hashes;
    this.#starts = starts;
  }

  /** @throws CORRUPT_BYTES (internal) when the bytes are not so many entries in their order */
  static load(bytes: Uint8Array, entries: number): Segment {
    const hashes = new Uint32Array(entries);
    const starts = new Uint32Array(entries);
    let position = 0;
    for (let i = 0; i < entries; i++) {
      starts[i] = position;
      const key = varintAt(bytes, position);
      const keyEnd = key.next + key.length;
      if (keyEnd > bytes.length) throw damaged(entries);
      hashes[i] = hashOfBytes(bytes, key.next, keyEnd);
      const value = varintAt(bytes, keyEnd);
      position = value.next + value.length;
    }
    if (position !== bytes.length || !isAscending(hashes)) throw damaged(entries);
    return new Segment(bytes, hashes, starts);
  }

  get size(): number {
    return this.#hashes.length;
  }

  get lastHash(): number {
    return this.#hashes[this.size - 1] as number;
  }

  hashAt(place: number): number {
    return this.#hashes[place] as number;
  }

  /** The place of a key; -1: it is not here. */
  find(key: PackedKey): number {
    const place = this.lowerBound(key);
    return place < this.size && this.compareAt(place, key) === 0 ? place : -1;
  }

  /** The first place that is not before the key. */
  lowerBound(key: PackedKey): number {
    let place = this.#firstNotBelow(key.hash);
    while (place < this.size && this.compareAt(place, key) < 0) place += 1;
    return place;
  }

  /** The first place whose hash is higher. */
  firstAbove(hash: number): number {
    return this.#firstNotBelow(hash + 1);
  }

  /** Hashes are spread evenly, so it is near where it would be if they all were as far apart: few places are looked at. */
  #firstNotBelow(hash: number): number {
    const hashes = this.#hashes;
    const first = hashes[0] as number;
    if (hash <= first) return 0;
    const last = this.lastHash;
    if (hash > last) return this.size;
    const guess = Math.floor(((hash - first) / (last - first)) * (this.size - 1));
    let low = 1;
    let high = this.size - 1;
    let step = NEARBY;
    if ((hashes[guess] as number) < hash) {
      low = guess + 1;
      for (; low + step < high && (hashes[low + step] as number) < hash; step *= 2) low += step + 1;
      high = Math.min(high, low + step);
    } else {
      high = guess;
      for (; high - step >= low && (hashes[high - step] as number) >= hash; step *= 2) high -= step;
      low = Math.max(low, high - step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((hashes[middle] as number) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The entries [from, to). */
  part(from: number, to: number): Segment {
    if (from === 0 && to === this.size) return this;
    const shift = this.startAt(from);
    const starts = this.#starts.slice(from, to).map((start) => start - shift);
    return new Segment(this.entriesAt(from, to), this.#hashes.slice(from, to), starts);
  }

  /** Negative: the entry there is before the key. */
  compareAt(place: number, key: PackedKey): number {
    const hash = this.#hashes[place] as number;
    if (hash !== key.hash) return hash < key.hash ? -1 : 1;
    const { start, end } = this.#keyAt(place);
    return compareBytes(this.bytes, start, end, key);
  }

  keyAt(place: number): string {
    const { start, end } = this.#keyAt(place);
    return textOf(this.bytes, start, end);
  }

  /** @returns the same object, set to the key of a place */
  packedKeyAt(place: number, key: PackedKey): PackedKey {
    const { start, end } = this.#keyAt(place);
    return key.setBytes(this.bytes, start, end, this.hashAt(place));
  }

  /** Valid as long as the segment. */
  valueAt(place: number): Uint8Array {
    const { length, next } = varintAt(this.bytes, this.#keyAt(place).end);
    return this.bytes.subarray(next, next + length);
  }

  /** The share of all its entries in the hash of the state. */
  stateHash(group: GroupHash): number {
    let sum = EMPTY_HASH;
    for (let place = 0; place < this.size; place++) {
      const { start, end } = this.#keyAt(place);
      const { length, next } = varintAt(this.bytes, end);
      const hash = isAscii(this.bytes, start, end)
        ? group.ofAscii(this.bytes, start, end, next, next + length)
        : group.of(this.keyAt(place), this.valueAt(place));
      sum = addHash(sum, hash);
    }
    return sum;
  }

  /** Where the bytes of an entry begin; of the place behind the last one, where they end. */
  startAt(place: number): number {
    return this.#starts[place] ?? this.bytes.length;
  }

  /** Keys, values and their lengths of [from, to). */
  entriesAt(from: number, to: number): Uint8Array {
    return this.bytes.subarray(this.startAt(from), this.startAt(to));
  }

  #keyAt(place: number): { readonly start: number; readonly end: number } {
    const { length, next } = varintAt(this.bytes, this.#starts[place] as number);
    return { start: next, end: next + length };
  }
}

/** Makes a segment of entries that come in its order. */
export class SegmentWriter {
  readonly #bytes = new ByteWriter();
  #hashes = new Uint32Array(1_024);
  #starts = new Uint32Array(1_024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get lastHash(): number | undefined {
    return this.#size === 0 ? undefined : this.#hashes[this.#size - 1];
  }

  /** Entries [from, to) of another segment, as they are. */
  copy(segment: Segment, from: number, to: number): void {
    this.#reserve(to - from);
    const shift = this.#bytes.length - segment.startAt(from);
    for (let place = from; place < to; place++) {
      this.#hashes[this.#size] = segment.hashAt(place);
      this.#starts[this.#size++] = segment.startAt(place) + shift;
    }
    this.#bytes.part(segment.bytes, segment.startAt(from), segment.startAt(to));
  }

  add(key: PackedKey, value: Uint8Array): void {
    this.#reserve(1);
    this.#hashes[this.#size] = key.hash;
    this.#starts[this.#size++] = this.#bytes.length;
    this.#bytes.blob(key.bytes.subarray(0, key.length));
    this.#bytes.blob(value);
  }

  /** What was added since the last call. */
  finish(): Segment {
    const segment = new Segment(
      this.#bytes.finish(),
      this.#hashes.slice(0, this.#size),
      this.#starts.slice(0, this.#size),
    );
    this.#bytes.clear();
    this.#size = 0;
    return segment;
  }

  #reserve(extra: number): void {
    const needed = this.#size + extra;
    if (needed <= this.#hashes.length) return;
    this.#hashes = grown(this.#hashes, needed);
    this.#starts = grown(this.#starts, needed);
  }
}

function grown(array: Uint32Array<ArrayBuffer>, needed: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(Math.max(array.length * 2, needed));
  longer.set(array);
  return longer;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x7f) return false;
  return true;
}

function isAscending(hashes: Uint32Array): boolean {
  for (let i = 1; i < hashes.length; i++) if ((hashes[i] as number) < (hashes[i - 1] as number)) return false;
  return true;
}

/** Most keys are short and ASCII: then a character is a byte, and no decoder is needed. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte > 0x7f) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Infinity where the bytes end within it. */
function varintAt(bytes: Uint8Array, from: number): { readonly length: number; readonly next: number } {
  let length = 0;
  let next = from;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = bytes[next++];
    if (byte === undefined) return { length: Infinity, next };
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return { length, next };
  }
}

function damaged(entries: number): TidemarkError {
  return new TidemarkError(
    'internal',
    'CORRUPT_BYTES',
    `segment of a snapshot must be ${entries} entries in their order, got others; restore the object from a backup`,
  );
}
