/**
 * A compact binary form, written and read field by field in the same order.
 *
 * Numbers take as few bytes as they need: `varint` for counts, `number` for anything else (integers below 2^50 in
 * magnitude as zigzag varints, all others as 8-byte floats, so that each double comes back bit for bit).
 */
import { TidemarkError } from '../errors.ts';

const TAG_INTEGER = 0;
const TAG_FLOAT = 1;
const TAG_NONE = 3;
const INTEGER_LIMIT = 2 ** 50;
/** To copy so many one by one is faster than to make a view of them. */
const FEW_BYTES = 128;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written from `start` on; valid until the next write. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#length);
  }

  /** Forgets what was written; its memory is used again. */
  clear(): void {
    this.#length = 0;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number in [0, 2^53). */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Any double, or undefined. */
  number(value: number | undefined): void {
    if (value === undefined) {
      this.byte(TAG_NONE);
    } else if (Number.isInteger(value) && Math.abs(value) < INTEGER_LIMIT && !Object.is(value, -0)) {
      this.varint((value < 0 ? -value * 2 - 1 : value * 2) * 4 + TAG_INTEGER);
    } else {
      this.byte(TAG_FLOAT);
      this.float(value);
    }
  }

  float(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** UTF-8 with its length in bytes before it. */
  string(value: string): void {
    // Most keys are ASCII: then bytes are characters, and no encoder is needed.
    const start = this.#length;
    this.varint(value.length);
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) {
        this.#length = start;
        this.blob(encoder.encode(value));
        return;
      }
      this.#bytes[this.#length++] = unit;
    }
  }

  blob(value: Uint8Array): void {
    this.varint(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** The bytes [from, to) of others. */
  part(bytes: Uint8Array, from: number, to: number): void {
    if (to - from > FEW_BYTES) {
      this.raw(bytes.subarray(from, to));
      return;
    }
    this.#reserve(to - from);
    for (let i = from; i < to; i++) this.#bytes[this.#length++] = bytes[i] as number;
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#position;
  }

  get atEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** What was read from `start` on. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#position);
  }

  byte(): number {
    const value = this.#bytes[this.#position];
    if (value === undefined) throw endOfBytes(this.#position);
    this.#position += 1;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  number(): number | undefined {
    const start = this.#position;
    const first = this.byte();
    if (first === TAG_NONE) return undefined;
    if (first === TAG_FLOAT) return this.float();
    this.#position = start;
    const zigzag = Math.floor(this.varint() / 4);
    return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
  }

  /** A number that must be there. */
  definedNumber(): number {
    const value = this.number();
    if (value === undefined) throw endOfBytes(this.#position);
    return value;
  }

  float(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#position);
    this.#position += 8;
    return value;
  }

  string(): string {
    return decoder.decode(this.blob());
  }

  blob(): Uint8Array {
    return this.raw(this.varint());
  }

  raw(length: number): Uint8Array {
    this.#need(length);
    const value = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return value;
  }

  /** Everything that has not been read yet. */
  rest(): Uint8Array {
    return this.raw(this.#bytes.length - this.#position);
  }

  #need(length: number): void {
    if (this.#position + length > this.#bytes.length) throw endOfBytes(this.#position);
  }
}

function endOfBytes(position: number): TidemarkError {
  return new TidemarkError(
    'internal',
    'CORRUPT_BYTES',
    `stored bytes must be complete, got their end at ${position}; restore the object from a backup`,
  );
}
