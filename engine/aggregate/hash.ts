/**
 * MurmurHash3 (x86, 128 bits): fast without 64-bit arithmetic, and each bit of the result depends on each of the input. Not
 * for keys that an adversary chooses to collide.
 *
 * @returns the upper 53 bits of the first 64, a whole number in [0, 2^53)
 * @see A. Appleby, https://github.com/aappleby/smhasher (public domain)
 */
export function hash53(bytes: Uint8Array): number {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const blocks = bytes.length & ~15;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < blocks; i += 16) {
    h1 = (Math.imul((rotate(h1 ^ mix1(view.getUint32(i, true)), 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 = (Math.imul((rotate(h2 ^ mix2(view.getUint32(i + 4, true)), 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 = (Math.imul((rotate(h3 ^ mix3(view.getUint32(i + 8, true)), 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 = (Math.imul((rotate(h4 ^ mix4(view.getUint32(i + 12, true)), 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  h1 ^= mix1(wordAt(bytes, blocks)) ^ bytes.length;
  h2 ^= mix2(wordAt(bytes, blocks + 4)) ^ bytes.length;
  h3 ^= mix3(wordAt(bytes, blocks + 8)) ^ bytes.length;
  h4 ^= mix4(wordAt(bytes, blocks + 12)) ^ bytes.length;
  const sum = (h1 + h2 + h3 + h4) | 0;
  const a = finish(sum);
  const b = finish((h2 + sum) | 0);
  const rest = (finish((h3 + sum) | 0) + finish((h4 + sum) | 0)) | 0;
  const first = (a + b + rest) | 0;
  const second = (b + first) | 0;
  return (first >>> 0) * 2 ** 21 + (second >>> 11);
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
const mix1 = (word: number): number => Math.imul(rotate(Math.imul(word, C1), 15), C2);
const mix2 = (word: number): number => Math.imul(rotate(Math.imul(word, C2), 16), C3);
const mix3 = (word: number): number => Math.imul(rotate(Math.imul(word, C3), 17), C4);
const mix4 = (word: number): number => Math.imul(rotate(Math.imul(word, C4), 18), C1);

/** Up to four bytes as a little-endian word; what lies behind the end is 0. */
function wordAt(bytes: Uint8Array, start: number): number {
  let word = 0;
  for (let i = Math.min(start + 4, bytes.length) - 1; i >= start; i--) word = (word << 8) | (bytes[i] as number);
  return word;
}

/** Every bit of the word changes every other. */
function finish(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
