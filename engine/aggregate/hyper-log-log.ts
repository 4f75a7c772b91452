/**
 * How many different hashes, in 2^precision bytes however many there are: HyperLogLog. Each hash falls into the register that
 * its first bits name, which keeps the longest run of zeros after them. Few hashes are kept as they are, so that small
 * counts are exact.
 *
 * A state is a function of the set of hashes: neither order, repeats nor merges change it.
 *
 * @see P. Flajolet et al., "HyperLogLog", 2007; O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017
 */
import { placeIn, union } from './sorted.ts';

export type Distinct = Few | Registers;

/** Different hashes, ascending. */
export type Few = readonly number[];

/** In chunks, so that a new value shares with the old one all but what changed. */
export type Registers = readonly Uint8Array[];

const CHUNK_BITS = 6;

export const NONE: Distinct = [];

/** A hash has so many bits: a whole number in [0, 2^53). */
const HASH_BITS = 53;

/** As many as take the bytes of the registers, 512 at most. */
export const fewAtMost = (precision: number): number => Math.min(2 ** precision / 8, 512);

export function addHash(distinct: Distinct, hash: number, precision: number): Distinct {
  if (isFew(distinct)) {
    const place = placeIn(distinct, hash);
    if (distinct[place] === hash) return distinct;
    return fewOrRegisters(distinct.toSpliced(place, 0, hash), precision);
  }
  const { index, rank } = registerOf(hash, precision);
  const chunk = distinct[index >> CHUNK_BITS] as Uint8Array;
  const place = index % chunk.length;
  return (chunk[place] as number) >= rank ? distinct : distinct.with(index >> CHUNK_BITS, chunk.with(place, rank));
}

export function mergeDistinct(a: Distinct, b: Distinct, precision: number): Distinct {
  if (isFew(a)) return isFew(b) ? fewOrRegisters(union(a, b), precision) : mergeDistinct(b, a, precision);
  if (isFew(b)) return b.reduce<Distinct>((merged, hash) => addHash(merged, hash, precision), a);
  return a.map((chunk, i) => chunk.map((rank, place) => Math.max(rank, (b[i] as Uint8Array)[place] as number)));
}

/** The number of different hashes: exact while they are few, else within 1.04 / √2^precision (standard error). */
export function estimate(distinct: Distinct, precision: number): number {
  if (isFew(distinct)) return distinct.length;
  const size = 2 ** precision;
  const longest = HASH_BITS - precision + 1;
  const withRank = new Array<number>(longest + 1).fill(0);
  for (const chunk of distinct) for (const rank of chunk) withRank[rank] = (withRank[rank] as number) + 1;
  let z = size * tau(1 - (withRank[longest] as number) / size);
  for (let rank = longest - 1; rank >= 1; rank--) z = (z + (withRank[rank] as number)) / 2;
  z += size * sigma((withRank[0] as number) / size);
  return Math.round((size * size) / (2 * Math.LN2 * z));
}

export function isFew(distinct: Distinct): distinct is Few {
  return typeof (distinct[0] ?? 0) === 'number';
}

/** @param ranks one for each of the 2^precision registers */
export function chunked(ranks: Uint8Array): Registers {
  const size = Math.min(ranks.length, 2 ** CHUNK_BITS);
  return Array.from({ length: ranks.length / size }, (_, i) => ranks.slice(i * size, (i + 1) * size));
}

function fewOrRegisters(few: Few, precision: number): Distinct {
  return few.length <= fewAtMost(precision) ? few : registersOf(few, precision);
}

function registersOf(few: Few, precision: number): Registers {
  const ranks = new Uint8Array(2 ** precision);
  for (const hash of few) {
    const { index, rank } = registerOf(hash, precision);
    ranks[index] = Math.max(ranks[index] as number, rank);
  }
  return chunked(ranks);
}

/** The register that the first bits name, and the place of the first 1 in the others, from 1. */
function registerOf(hash: number, precision: number): { readonly index: number; readonly rank: number } {
  const bits = HASH_BITS - precision;
  const index = Math.floor(hash / 2 ** bits);
  const rest = hash - index * 2 ** bits;
  const high = Math.floor(rest / 2 ** 32);
  const length = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(rest);
  return { index, rank: bits - length + 1 };
}

/** x + Σ x^(2^k) 2^(k-1): corrects for registers that are still empty. */
function sigma(share: number): number {
  if (share === 1) return Infinity;
  let power = share;
  let weight = 1;
  let sum = share;
  for (let before = -1; sum !== before; weight *= 2) {
    before = sum;
    power *= power;
    sum += power * weight;
  }
  return sum;
}

/** (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3: corrects for registers that can grow no more. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let root = share;
  let weight = 1;
  let rest = 1 - share;
  for (let before = -1; rest !== before;) {
    before = rest;
    root = Math.sqrt(root);
    weight /= 2;
    rest -= (1 - root) ** 2 * weight;
  }
  return rest / 3;
}
