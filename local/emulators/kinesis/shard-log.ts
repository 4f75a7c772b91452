import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync, constants } from 'node:fs';
import { crc32 } from 'node:zlib';
import { TidemarkError } from '../../../engine/errors.ts';

export interface LoggedRecord {
  readonly partitionKey: string;
  readonly data: Buffer;
  readonly arrivedAtMs: number;
}

/** Length of what follows the checksum, checksum of that, arrival [ms], length of the key; then key and data. */
const HEADER_BYTES = 18;
const CHECKED_FROM = 8;
const CHUNK_BYTES = 16 * 1024 * 1024;

/**
 * The records of one shard in a file that only grows. What was appended is with the operating system when `append` returns,
 * and so outlives the process; the frame that a kill has cut is dropped by the next start: it was acknowledged to no client.
 */
export class ShardLog {
  readonly #file: number;
  readonly #path: string;
  /** Where each record begins; behind the last one the end. */
  readonly #offsets: number[] = [0];
  readonly #arrivals: number[] = [];

  /** @throws STREAM_DAMAGED (invalid) when a record is not what was written */
  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#scan();
  }

  get count(): number {
    return this.#arrivals.length;
  }

  /** Arrivals never decrease, whatever the clock does: @returns that of these records */
  append(records: ReadonlyArray<Omit<LoggedRecord, 'arrivedAtMs'>>, nowMs: number): number {
    const arrivedAtMs = Math.max(nowMs, this.#arrivals.at(-1) ?? 0);
    const frames = Buffer.concat(records.flatMap((record) => framed(record, arrivedAtMs)));
    const from = this.#end;
    for (let written = 0; written < frames.length;)
      written += writeSync(this.#file, frames, written, frames.length - written, from + written);
    for (let at = 0; at < frames.length;) {
      at += CHECKED_FROM + frames.readUInt32BE(at);
      this.#offsets.push(from + at);
      this.#arrivals.push(arrivedAtMs);
    }
    return arrivedAtMs;
  }

  /** @returns as many as both limits allow, but one at least where there is one */
  read(from: number, limit: number, maxBytes: number): LoggedRecord[] {
    const start = this.#offsets[from];
    if (start === undefined || from >= this.count) return [];
    let to = from + 1;
    while (to < this.count && to - from < limit && (this.#offsets[to + 1] ?? 0) - start <= maxBytes) to++;
    const bytes = this.#bytes(start, (this.#offsets[to] ?? start) - start);
    const records: LoggedRecord[] = [];
    for (let at = 0; at < bytes.length; at += CHECKED_FROM + bytes.readUInt32BE(at)) records.push(unframed(bytes, at));
    return records;
  }

  /** Undefined behind the last record. */
  arrivedAtMs(index: number): number | undefined {
    return this.#arrivals[index];
  }

  /** Index of the first record that arrived at this time or later. */
  firstSince(timeMs: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#arrivals[middle] ?? 0) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  close(): void {
    closeSync(this.#file);
  }

  get #end(): number {
    return this.#offsets.at(-1) ?? 0;
  }

  #bytes(from: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const got = readSync(this.#file, bytes, read, length - read, from + read);
      if (got === 0) throw this.#damaged(from);
      read += got;
    }
    return bytes;
  }

  #scan(): void {
    const { size } = fstatSync(this.#file);
    for (;;) {
      const from = this.#end;
      const chunk = this.#bytes(from, Math.min(CHUNK_BYTES, size - from));
      let at = 0;
      for (let end = endOf(chunk, at); end <= chunk.length; end = endOf(chunk, at)) {
        const isWhole =
          end - at >= HEADER_BYTES && crc32(chunk.subarray(at + CHECKED_FROM, end)) === chunk.readUInt32BE(at + 4);
        if (!isWhole) throw this.#damaged(from + at);
        this.#arrivals.push(chunk.readDoubleBE(at + CHECKED_FROM));
        this.#offsets.push(from + end);
        at = end;
      }
      if (from + chunk.length === size) break;
      if (at === 0) throw this.#damaged(from); // larger than any record that the service takes
    }
    if (this.#end < size) ftruncateSync(this.#file, this.#end);
  }

  #damaged(offset: number): TidemarkError {
    return new TidemarkError(
      'invalid',
      'STREAM_DAMAGED',
      `stream file ${this.#path} must hold the records that were put, got others at byte ${offset}; restore it, or start over with --fresh`,
    );
  }
}

/** Infinity when its beginning is not there. */
function endOf(chunk: Buffer, at: number): number {
  return at + 4 > chunk.length ? Number.POSITIVE_INFINITY : at + CHECKED_FROM + chunk.readUInt32BE(at);
}

function framed({ partitionKey, data }: Omit<LoggedRecord, 'arrivedAtMs'>, arrivedAtMs: number): Buffer[] {
  const keyBytes = Buffer.byteLength(partitionKey);
  const head = Buffer.allocUnsafe(HEADER_BYTES + keyBytes);
  head.writeUInt32BE(HEADER_BYTES - CHECKED_FROM + keyBytes + data.length, 0);
  head.writeDoubleBE(arrivedAtMs, CHECKED_FROM);
  head.writeUInt16BE(keyBytes, 16);
  head.write(partitionKey, HEADER_BYTES);
  head.writeUInt32BE(crc32(data, crc32(head.subarray(CHECKED_FROM))), 4);
  return [head, data];
}

function unframed(bytes: Buffer, at: number): LoggedRecord {
  const dataFrom = at + HEADER_BYTES + bytes.readUInt16BE(at + 16);
  return {
    partitionKey: bytes.toString('utf8', at + HEADER_BYTES, dataFrom),
    data: bytes.subarray(dataFrom, at + CHECKED_FROM + bytes.readUInt32BE(at)),
    arrivedAtMs: bytes.readDoubleBE(at + CHECKED_FROM),
  };
}
