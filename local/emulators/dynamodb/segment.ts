import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { TidemarkError } from '../../../engine/errors.ts';
import { entryBytes, readEntry, writeEntry, type LogEntry } from './log-entry.ts';

/** An entry, and where its body is in the file. */
export interface PlacedEntry {
  readonly entry: LogEntry;
  readonly offset: number;
}

/** Length of the entries, checksum of them. */
const FRAME_BYTES = 8;

/**
 * A file of frames that only grows. The entries of a frame are there together or not at all: what was appended is with the
 * operating system when `append` returns, and so outlives the process; the next start drops a frame that a kill has cut.
 */
export class Segment {
  readonly number: number;
  readonly path: string;
  readonly #file: number;
  #size: number;

  constructor(number: number, path: string) {
    this.number = number;
    this.path = path;
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#size = fstatSync(this.#file).size;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns where the body of each is */
  append(entries: readonly LogEntry[]): number[] {
    const frame = Buffer.allocUnsafe(entries.reduce((bytes, entry) => bytes + entryBytes(entry), FRAME_BYTES));
    let at = FRAME_BYTES;
    const offsets = entries.map((entry) => {
      const bodyAt = writeEntry(frame, at, entry);
      at += entryBytes(entry);
      return this.#size + bodyAt;
    });
    frame.writeUInt32BE(frame.length - FRAME_BYTES, 0);
    frame.writeUInt32BE(crc32(frame.subarray(FRAME_BYTES)), 4);
    for (let written = 0; written < frame.length;)
      written += writeSync(this.#file, frame, written, frame.length - written, this.#size + written);
    this.#size += frame.length;
    return offsets;
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let read = 0; read < length;) {
      const got = readSync(this.#file, bytes, read, length - read, offset + read);
      if (got === 0) throw this.#damaged(offset);
      read += got;
    }
    return bytes;
  }

  /**
   * All entries, first to last.
   *
   * @param isLast a frame may be cut: no later one was written
   * @throws TABLE_DAMAGED (invalid) when a frame is not what was written
   */
  *entries(isLast: boolean): Generator<PlacedEntry> {
    const bytes = this.read(0, this.#size);
    let at = 0;
    while (at + FRAME_BYTES <= bytes.length) {
      const end = at + FRAME_BYTES + bytes.readUInt32BE(at);
      if (end > bytes.length) break;
      const frame = bytes.subarray(at + FRAME_BYTES, end);
      if (crc32(frame) !== bytes.readUInt32BE(at + 4)) throw this.#damaged(at);
      for (let entryAt = 0; entryAt < frame.length;) {
        const found = readEntry(frame, entryAt);
        if (found === undefined) throw this.#damaged(at);
        yield { entry: found.entry, offset: at + FRAME_BYTES + found.bodyAt };
        entryAt += entryBytes(found.entry);
      }
      at = end;
    }
    if (at === bytes.length) return;
    if (!isLast) throw this.#damaged(at);
    ftruncateSync(this.#file, at);
    this.#size = at;
  }

  close(): void {
    closeSync(this.#file);
  }

  #damaged(offset: number): TidemarkError {
    return new TidemarkError(
      'invalid',
      'TABLE_DAMAGED',
      `table file ${this.path} must hold the items that were put, got others at byte ${offset}; restore it, or start over with --fresh`,
    );
  }
}
