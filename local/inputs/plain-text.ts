import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, TidemarkError } from '../../engine/errors.ts';

/** As many bytes as tell what a file is. */
const HEAD = 6;
const GZIP = [0x1f, 0x8b];

/** What the first bytes of a file say that it is, and how to make text of it; the longer ones first. */
const REFUSED: ReadonlyArray<readonly [head: readonly number[], what: string, remedy: string]> = [
  [[0xff, 0xfe, 0x00, 0x00], 'UTF-32', 'convert it: iconv -f UTF-32 -t UTF-8 FILE'],
  [[0x00, 0x00, 0xfe, 0xff], 'UTF-32', 'convert it: iconv -f UTF-32 -t UTF-8 FILE'],
  [[0xff, 0xfe], 'UTF-16', 'convert it: iconv -f UTF-16 -t UTF-8 FILE'],
  [[0xfe, 0xff], 'UTF-16', 'convert it: iconv -f UTF-16 -t UTF-8 FILE'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip file', 'unpack it first: unzip -p FILE'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a zstd file', 'unpack it first: zstd -dc FILE'],
  [[0x42, 0x5a, 0x68], 'a bzip2 file', 'unpack it first: bzip2 -dc FILE'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'an xz file', 'unpack it first: xz -dc FILE'],
];

/**
 * The text in a file or in what comes through a pipe: as it is, or unpacked when it is gzip.
 *
 * @throws NOT_TEXT (invalid) `input must be lines of UTF-8 or gzip of it, got UTF-16; …`
 */
export async function* plainText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const rest = chunks[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  for (let length = 0; length < HEAD;) {
    const { value, done } = await rest.next();
    if (done === true) break;
    parts.push(value);
    length += value.length;
  }
  const first = Buffer.concat(parts);
  requireText(first);
  const all = joined(first, rest);
  if (beginsWith(first, GZIP)) yield* unpacked(all);
  else yield* all;
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Its callback sees what the loop throws, too.
  const gunzip = pipeline(Readable.from(packed), createGunzip(), () => undefined);
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      yield chunk;
    }
  } catch (cause) {
    if (!String(Reflect.get(Object(cause), 'code')).startsWith('Z_')) throw cause;
    throw new TidemarkError(
      'invalid',
      'NOT_TEXT',
      `input must be a whole gzip file, got ${JSON.stringify(messageOf(cause))}; pack it again`,
      { cause },
    );
  }
}

function requireText(first: Buffer): void {
  const found = REFUSED.find(([head]) => beginsWith(first, head));
  if (found !== undefined) throw notText(found[1], found[2]);
  // Without a mark: JSON begins with a character of ASCII, which UTF-16 writes as two bytes, one of them 0.
  const [a, b, c, d] = first;
  const isWide =
    first.length >= 4 && ((a !== 0 && b === 0 && c !== 0 && d === 0) || (a === 0 && b !== 0 && c === 0 && d !== 0));
  if (isWide) throw notText('UTF-16', `convert it: iconv -f UTF-16${a === 0 ? 'BE' : 'LE'} -t UTF-8 FILE`);
}

function notText(what: string, remedy: string): TidemarkError {
  return new TidemarkError('invalid', 'NOT_TEXT', `input must be lines of UTF-8 or gzip of it, got ${what}; ${remedy}`);
}

function beginsWith(bytes: Uint8Array, head: readonly number[]): boolean {
  return head.every((byte, i) => bytes[i] === byte);
}
