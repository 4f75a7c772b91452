import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import { messageOf, TidemarkError } from '../errors.ts';

/** The encoding of everything in the log; counted up with every change that older code cannot read. */
export const CODEC_VERSION = 2;

/** Of an entry that points to a snapshot with segments; all the rest is as it was. */
export const CODEC_WITH_SEGMENTS = 3;

/** Of an entry that points to a snapshot which stands on others. */
export const CODEC_WITH_CHAIN = 4;

/** What this release reads. */
export const KNOWN_CODECS: readonly number[] = [CODEC_VERSION, CODEC_WITH_SEGMENTS, CODEC_WITH_CHAIN];

/** No body is larger before compression: what a function's memory can hold, so a damaged or forged one is refused in time. */
export const MAX_BODY_BYTES = 536_870_912;

const STORED = 0;
const ZSTD = 1;
const WORTH_COMPRESSING_BYTES = 64;
/** The checksum is what tells a damaged snapshot: its header (offset, watermark, counters) is in no other hash. */
const optionsOf = (level: number) => ({
  params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
});
const FAST = optionsOf(3);
const SMALL = optionsOf(6);

/**
 * One byte that says how, then the bytes: whichever of the two forms is shorter.
 *
 * @param effort `small` takes twice as long for some percent: worth it for what is read more than once
 * @throws BODY_TOO_LARGE (internal) above MAX_BODY_BYTES: nobody could read it again
 */
export function compress(bytes: Uint8Array, effort: 'fast' | 'small' = 'fast'): Uint8Array {
  if (bytes.length > MAX_BODY_BYTES) {
    throw new TidemarkError(
      'internal',
      'BODY_TOO_LARGE',
      `body of a log must be at most ${MAX_BODY_BYTES} bytes, got ${bytes.length}; split the shard, so that each has fewer keys`,
    );
  }
  if (bytes.length > WORTH_COMPRESSING_BYTES) {
    const packed = zstdCompressSync(bytes, effort === 'fast' ? FAST : SMALL);
    if (packed.length < bytes.length) return withTag(ZSTD, packed);
  }
  return withTag(STORED, bytes);
}

/** @throws CORRUPT_BYTES (internal) when the bytes were not written by `compress`, or become more than it takes */
export function decompress(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(1);
  if (bytes[0] === STORED) return body;
  try {
    if (bytes[0] === ZSTD) return zstdDecompressSync(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (cause) {
    throw corrupt(messageOf(cause), cause);
  }
  throw corrupt(`tag ${bytes[0]}`, undefined);
}

function corrupt(what: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'internal',
    'CORRUPT_BYTES',
    `stored bytes must be readable, got ${what}; restore the object from a backup`,
    { cause },
  );
}

function withTag(tag: number, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1);
  out[0] = tag;
  out.set(bytes, 1);
  return out;
}
