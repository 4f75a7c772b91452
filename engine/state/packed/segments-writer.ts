import type { PackedKey } from './packed-key.ts';
import { SegmentWriter, type Segment } from './segment.ts';

/** Makes segments of about a size of entries that come in their order. */
export class SegmentsWriter {
  readonly #segmentEntries: number;
  readonly #writer = new SegmentWriter();
  readonly #done: Segment[] = [];
  #taken = 0;

  constructor(segmentEntries: number) {
    this.#segmentEntries = segmentEntries;
  }

  /** All that are whole. */
  get done(): readonly Segment[] {
    return this.#done;
  }

  /** Entries that are in no segment yet. */
  get open(): number {
    return this.#writer.size;
  }

  /** Entries [from, to) of another segment, as they are. */
  copy(segment: Segment, from: number, to: number): void {
    for (let place = from; place < to;) {
      this.#flushBefore(segment.hashAt(place));
      const end = Math.min(to, place + Math.max(1, this.#segmentEntries - this.#writer.size));
      this.#writer.copy(segment, place, end);
      place = end;
    }
  }

  add(key: PackedKey, value: Uint8Array): void {
    this.#flushBefore(key.hash);
    this.#writer.add(key, value);
  }

  /** Takes over a segment that stands behind all that was added. */
  adopt(segment: Segment): void {
    this.flush();
    this.#done.push(segment);
  }

  /** Entries of the next hash begin a segment. */
  flush(): void {
    if (this.#writer.size > 0) this.#done.push(this.#writer.finish());
  }

  /** Those that were made since the last call. */
  take(): Segment[] {
    this.flush();
    const taken = this.#done.slice(this.#taken);
    this.#taken = this.#done.length;
    return taken;
  }

  /** Entries of one hash stay in one segment, so that a segment is found by the hash alone. */
  #flushBefore(hash: number): void {
    if (this.#writer.size >= this.#segmentEntries && this.#writer.lastHash !== hash) this.flush();
  }
}
