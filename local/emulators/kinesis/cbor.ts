/**
 * The part of CBOR that the SDKs of AWS speak with Kinesis: the one for Java by default. Times are tag 1 with milliseconds.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8949
 */
const BREAK = Symbol('break');
const MAX_DEPTH = 32;

/** @throws SyntaxError when it is no CBOR */
export function decodeCbor(bytes: Buffer): unknown {
  return new Reader(bytes).value(0);
}

export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new SyntaxError('CBOR is nested too deeply');
    const first = this.#take(1).readUInt8();
    const kind = first >> 5;
    const info = first & 31;
    if (kind === 7) return this.#simple(info);
    const length = info === 31 ? undefined : this.#length(info);
    switch (kind) {
      case 0:
        return length;
      case 1:
        return -1 - (length ?? 0);
      case 2:
        return length === undefined ? Buffer.concat(this.#pieces(depth) as Buffer[]) : this.#take(length);
      case 3:
        return length === undefined ? this.#pieces(depth).join('') : this.#take(length).toString();
      case 4:
        return length === undefined ? this.#pieces(depth) : this.#times(length, () => this.value(depth + 1));
      case 5:
        return this.#map(length, depth);
      default:
        return this.value(depth + 1); // a tag: what it stands for is known from the member's name
    }
  }

  #map(length: number | undefined, depth: number): object {
    const flat = length === undefined ? this.#pieces(depth) : this.#times(length * 2, () => this.value(depth + 1));
    const entries = flat.flatMap((key, i) => (i % 2 === 0 ? [[String(key), flat[i + 1]] as const] : []));
    return Object.fromEntries(entries);
  }

  /** Up to the break that ends them. */
  #pieces(depth: number): unknown[] {
    const pieces: unknown[] = [];
    for (let piece = this.value(depth + 1); piece !== BREAK; piece = this.value(depth + 1)) pieces.push(piece);
    return pieces;
  }

  #times<T>(count: number, read: () => T): T[] {
    const all: T[] = [];
    for (let i = 0; i < count; i++) all.push(read());
    return all;
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new SyntaxError('CBOR ends too early');
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }

  #length(info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.#take(1).readUInt8();
    if (info === 25) return this.#take(2).readUInt16BE();
    if (info === 26) return this.#take(4).readUInt32BE();
    if (info === 27) return Number(this.#take(8).readBigUInt64BE());
    throw new SyntaxError(`CBOR has no length ${info}`);
  }

  #simple(info: number): unknown {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22 || info === 23) return null;
    if (info === 26) return this.#take(4).readFloatBE();
    if (info === 27) return this.#take(8).readDoubleBE();
    if (info === 31) return BREAK;
    throw new SyntaxError(`CBOR has no simple value ${info}`);
  }
}

function write(value: unknown, parts: Buffer[]): void {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    parts.push(head(3, text.length), text);
  } else if (typeof value === 'number') {
    parts.push(Number.isSafeInteger(value) ? (value < 0 ? head(1, -1 - value) : head(0, value)) : double(value));
  } else if (typeof value === 'boolean') parts.push(Buffer.from([value ? 0xf5 : 0xf4]));
  else if (Buffer.isBuffer(value)) parts.push(head(2, value.length), value);
  else if (value instanceof Date) parts.push(head(6, 1), head(0, value.getTime()));
  else if (Array.isArray(value)) {
    parts.push(head(4, value.length));
    for (const one of value) write(one, parts);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    parts.push(head(5, entries.length));
    for (const [name, member] of entries) {
      write(name, parts);
      write(member, parts);
    }
  } else parts.push(Buffer.from([0xf6]));
}

function head(kind: number, length: number): Buffer {
  const first = kind << 5;
  if (length < 24) return Buffer.from([first | length]);
  const bytes = Buffer.allocUnsafe(9);
  bytes.writeUInt8(first | 27, 0);
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(9);
  bytes.writeUInt8(0xfb, 0);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
