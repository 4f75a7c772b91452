import { describe, expect, it } from '@jest/globals';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { plainText } from '../../local/inputs/plain-text.ts';

const TEXT = '{"k":"a"}\n{"k":"é"}\n';

/** In pieces of `size` bytes. */
async function textOf(bytes: Uint8Array, size = bytes.length): Promise<string> {
  async function* chunks() {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
  }
  const parts: Uint8Array[] = [];
  for await (const part of plainText(chunks())) parts.push(part);
  return Buffer.concat(parts).toString();
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('the text in an input', () => {
  it.each([1, 3, 1_000])('is what it holds, read %d bytes at a time, plain and packed', async (size) => {
    expect(await textOf(Buffer.from(TEXT), size)).toBe(TEXT);
    expect(await textOf(gzipSync(TEXT), size)).toBe(TEXT);
    expect(await textOf(Buffer.concat([gzipSync(TEXT), gzipSync(TEXT)]), size)).toBe(TEXT + TEXT);
  });

  it.each([[''], ['a'], ['{}'], ['\ufeff{}'], ['\u0000\u0000\u0000\u0000'], ['PK']])('may be %j', async (text) => {
    expect(await textOf(Buffer.from(text), 1)).toBe(text);
  });

  it.each([
    ['UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), 'iconv -f UTF-16 -t UTF-8 FILE'],
    ['UTF-16', utf16be(`\ufeff${TEXT}`), 'iconv -f UTF-16 -t UTF-8 FILE'],
    ['UTF-16', Buffer.from(TEXT, 'utf16le'), 'iconv -f UTF-16LE -t UTF-8 FILE'],
    ['UTF-16', utf16be(TEXT), 'iconv -f UTF-16BE -t UTF-8 FILE'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), 'iconv -f UTF-32 -t UTF-8 FILE'],
    ['a zstd file', zstdCompressSync(Buffer.from(TEXT)), 'zstd -dc FILE'],
    ['a zip file', Buffer.from('PK\u0003\u0004 and more'), 'unzip -p FILE'],
    ['a bzip2 file', Buffer.from('BZh91AY'), 'bzip2 -dc FILE'],
    ['an xz file', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]), 'xz -dc FILE'],
  ])('must not be %s', async (what, bytes, remedy) => {
    const message = expect.stringMatching(`^input must be lines of UTF-8 or gzip of it, got ${what}; .*: ${remedy}$`);
    await expect(textOf(bytes, 1)).rejects.toMatchObject({ kind: 'invalid', code: 'NOT_TEXT', message });
  });

  it('must not be a part of a gzip file, or a damaged one', async () => {
    const packed = gzipSync(TEXT.repeat(100));
    const damaged = Buffer.from(packed).fill(0xff, 12, 30);
    for (const bytes of [packed.subarray(0, packed.length - 9), damaged]) {
      await expect(textOf(bytes)).rejects.toMatchObject({
        kind: 'invalid',
        code: 'NOT_TEXT',
        message: expect.stringMatching(/^input must be a whole gzip file, got ".+"; pack it again$/),
      });
    }
  });

  it('is read no further than it is wanted, and an error of the source is passed on', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) yield gzipSync(TEXT);
      } finally {
        closed = true;
      }
    }
    for await (const part of plainText(source())) if (part.length > 0) break;
    await new Promise((done) => setImmediate(done));
    expect(closed).toBe(true);
    async function* failing() {
      yield gzipSync(TEXT).subarray(0, 12);
      throw new Error('the disk is gone');
    }
    await expect(
      (async () => {
        for await (const _ of plainText(failing())) continue;
      })(),
    ).rejects.toThrow('the disk is gone');
  });
});
