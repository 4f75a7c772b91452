import { hash } from 'node:crypto';

/** The largest hash of a key: Kinesis spreads keys over [0, 2^128). */
export const MAX_HASH = 2n ** 128n - 1n;

/**
 * Where Kinesis puts a partition key: the MD5 of its UTF-8 as a number in [0, 2^128).
 *
 * @see https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html
 */
export function hashOfKey(key: string): bigint {
  return BigInt(`0x${hash('md5', key)}`);
}
