/**
 * A hash of the keyed state that does not depend on order: the sum, modulo 2^52, of one hash per entry. It changes by
 * subtracting what was and adding what is, so that keeping it costs nothing per untouched entry.
 */
import type { Group } from './table.ts';

const MODULUS = 2 ** 52;

export const EMPTY_HASH = 0;

export function addHash(sum: number, hash: number): number {
  return (sum + hash) % MODULUS;
}

export function subtractHash(sum: number, hash: number): number {
  return (sum - hash + MODULUS) % MODULUS;
}

/** A number for a table's name, so that the same entry weighs differently in different tables. */
export function seedOf(name: string): number {
  let seed = 0x2c1b3c6d;
  for (let i = 0; i < name.length; i++) seed = Math.imul(seed ^ name.charCodeAt(i), 0x01000193);
  return seed;
}

/** What the hashes of a group's entries have in common. */
export class GroupHash {
  readonly #a: number;
  readonly #b: number;

  /** @param seed of the table: see `seedOf` */
  constructor(seed: number, group: Group) {
    let a = seed;
    let b = 0x297a2d39 ^ seed;
    if (typeof group === 'number') {
      a ^= group | 0;
      b ^= Math.floor(group / 2 ** 32);
    } else {
      for (let i = 0; i < group.length; i++) {
        const unit = group.charCodeAt(i);
        a = Math.imul(a ^ unit, 0x85ebca6b);
        b = Math.imul(b ^ unit, 0xc2b2ae35);
      }
      a = Math.imul(a ^ 0x1d, 0x85ebca6b);
    }
    this.#a = a;
    this.#b = b;
  }

  /** Hash of one entry, from its table, its place there and its encoded value. In [0, 2^52). */
  of(key: string, value: Uint8Array): number {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x85ebca6b);
      b = Math.imul(b ^ unit, 0xc2b2ae35);
    }
    return withValue(a, b, value, 0, value.length);
  }

  /** The same of an entry within `bytes`, whose key is ASCII there. */
  ofAscii(bytes: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): number {
    let a = this.#a;
    let b = this.#b;
    for (let i = keyStart; i < keyEnd; i++) {
      const unit = bytes[i] as number;
      a = Math.imul(a ^ unit, 0x85ebca6b);
      b = Math.imul(b ^ unit, 0xc2b2ae35);
    }
    return withValue(a, b, bytes, valueStart, valueEnd);
  }
}

function withValue(ofKeyA: number, ofKeyB: number, bytes: Uint8Array, start: number, end: number): number {
  let a = Math.imul(ofKeyA ^ 0x1f, 0x85ebca6b);
  let b = ofKeyB;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    a = Math.imul(a ^ byte, 0x9e3779b1);
    b = Math.imul(b ^ byte ^ (a >>> 15), 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16) ^ b, 0x7feb352d);
  b = Math.imul(b ^ (b >>> 15) ^ a, 0x846ca68b);
  return ((b ^ (b >>> 16)) & 0xfffff) * 2 ** 32 + ((a ^ (a >>> 15)) >>> 0);
}
