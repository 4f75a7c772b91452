const encoder = new TextEncoder();

/** UTF-16 code units become at most three bytes of UTF-8. */
const MOST_BYTES_PER_UNIT = 3;

/** A key as a segment has it: its bytes and their hash. One object is set to key after key, so that a lookup makes nothing. */
export class PackedKey {
  #bytes = new Uint8Array(256);
  length = 0;
  hash = 0;

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  set(key: string): this {
    if (key.length * MOST_BYTES_PER_UNIT > this.#bytes.length)
      this.#bytes = new Uint8Array(key.length * MOST_BYTES_PER_UNIT);
    const bytes = this.#bytes;
    let length = 0;
    for (; length < key.length; length++) {
      const unit = key.charCodeAt(length);
      if (unit > 0x7f) break;
      bytes[length] = unit;
    }
    this.length = length === key.length ? length : encoder.encodeInto(key, bytes).written;
    this.hash = hashOfBytes(bytes, 0, this.length);
    return this;
  }

  /** One whose hash is known. @param bytes with the key in [start, end) */
  setBytes(bytes: Uint8Array, start: number, end: number, hash: number): this {
    if (end - start > this.#bytes.length) this.#bytes = new Uint8Array(end - start);
    for (let i = start; i < end; i++) this.#bytes[i - start] = bytes[i] as number;
    this.length = end - start;
    this.hash = hash;
    return this;
  }
}

/** In [0, 2^32). Decides the order of a segment only: equal hashes are put in order by the keys themselves. */
export function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** By their bytes: negative where `a` comes first. */
export function compareKeys(a: PackedKey, b: PackedKey): number {
  return compareBytes(a.bytes, 0, a.length, b);
}

/** @param bytes with a key in [start, end) */
export function compareBytes(bytes: Uint8Array, start: number, end: number, key: PackedKey): number {
  const shared = Math.min(end - start, key.length);
  for (let i = 0; i < shared; i++) {
    const difference = (bytes[start + i] as number) - (key.bytes[i] as number);
    if (difference !== 0) return difference;
  }
  return end - start - key.length;
}
