/** Kinds of fields, in the lower three bits of a tag. */
const VARINT = 0;
const EIGHT_BYTES = 1;
const BYTES = 2;
const FOUR_BYTES = 5;

/** A varint of 64 bits has so many bytes. */
const MAX_VARINT_BYTES = 10;

/**
 * Reads Protocol Buffers field by field, as far as the aggregates of the KPL need it: a tenth of a library that every
 * function would load.
 *
 * @throws RangeError where the bytes are no protobuf
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A number of up to 64 bits, in seven bits a byte, the lowest first; above 2^53 it is rounded. */
  varint(): number {
    let value = 0;
    for (let byte = 0, scale = 1; byte < MAX_VARINT_BYTES; byte++, scale *= 128) {
      const bits = this.#bytes[this.#at++];
      if (bits === undefined) throw new RangeError('a number that is cut');
      value += (bits & 127) * scale;
      if (bits < 128) return value;
    }
    throw new RangeError('a number of more than 64 bits');
  }

  /** A view of the bytes behind their length. */
  bytes(): Uint8Array {
    const length = this.varint();
    const from = this.#at;
    this.#advance(length);
    return this.#bytes.subarray(from, this.#at);
  }

  /** Leaves out the field of this tag. */
  skip(tag: number): void {
    const kind = tag % 8;
    if (kind === VARINT) this.varint();
    else if (kind === EIGHT_BYTES) this.#advance(8);
    else if (kind === BYTES) this.bytes();
    else if (kind === FOUR_BYTES) this.#advance(4);
    else throw new RangeError(`a field of kind ${kind}`);
  }

  #advance(bytes: number): void {
    if (bytes > this.#bytes.length - this.#at) throw new RangeError(`a field of ${bytes} bytes that is cut`);
    this.#at += bytes;
  }
}
