/**
 * Quantiles within a relative error: DDSketch. A bin holds the numbers within one factor gamma, so that its middle is near
 * to each of them; bins are as many as the data needs, and what is in them does not depend on order, batches or merges.
 *
 * The bins are those of `@datadog/sketches-js`. Its sketch is not used because it changes in place, forgets the numbers below
 * zero of what is merged into it (2.1.1), and would add 73 KB to each function.
 *
 * @see C. Masson, J. E. Rim, H. K. Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", 2019
 */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { placeIn } from './sorted.ts';

/** Counts by bin, ascending: below zero, zero, above zero. Always as many bins as counts. */
export interface Sketch {
  readonly bins: readonly number[];
  readonly counts: readonly number[];
}

export const EMPTY: Sketch = { bins: [], counts: [] };

/** Numbers below this in magnitude count as 0. */
export const SMALLEST = 1e-9;
/** Numbers from here on are refused: that bounds the number of bins. */
export const TOO_LARGE = 1e18;

/** Which bin a number is in, and which number stands for a bin. */
export class Bins {
  readonly #logGamma: number;
  readonly #middle: number;
  /** Added to a bin above zero, so that all of them are 1 or more. */
  readonly #shift: number;

  constructor(relativeAccuracy: number) {
    const gamma = (1 + relativeAccuracy) / (1 - relativeAccuracy);
    this.#logGamma = Math.log(gamma);
    this.#middle = 2 / (1 + gamma);
    this.#shift = 1 - Math.ceil(Math.log(SMALLEST) / this.#logGamma);
  }

  of(value: number): number {
    const magnitude = Math.abs(value);
    if (magnitude < SMALLEST) return 0;
    const bin = Math.ceil(Math.log(magnitude) / this.#logGamma) + this.#shift;
    return value < 0 ? -bin : bin;
  }

  valueOf(bin: number): number {
    if (bin === 0) return 0;
    const magnitude = Math.exp((Math.abs(bin) - this.#shift) * this.#logGamma) * this.#middle;
    return bin < 0 ? -magnitude : magnitude;
  }
}

export function addToBin({ bins, counts }: Sketch, bin: number): Sketch {
  const place = placeIn(bins, bin);
  if (bins[place] === bin) return { bins, counts: counts.with(place, (counts[place] as number) + 1) };
  return { bins: bins.toSpliced(place, 0, bin), counts: counts.toSpliced(place, 0, 1) };
}

export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  const bins: number[] = [];
  const counts: number[] = [];
  for (let i = 0, j = 0; i < a.bins.length || j < b.bins.length;) {
    const fromA = a.bins[i] ?? Infinity;
    const fromB = b.bins[j] ?? Infinity;
    bins.push(Math.min(fromA, fromB));
    counts.push((fromA <= fromB ? (a.counts[i++] as number) : 0) + (fromB <= fromA ? (b.counts[j++] as number) : 0));
  }
  return { bins, counts };
}

/** The bin of the number at place floor(quantile · (n - 1)) of all n in order; undefined of none. */
export function binAt({ bins, counts }: Sketch, quantile: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const place = Math.floor(quantile * (total - 1));
  let before = 0;
  return bins.find((_, i) => (before += counts[i] as number) > place);
}

export function writeSketch(writer: ByteWriter, { bins, counts }: Sketch): void {
  writer.varint(bins.length);
  bins.forEach((bin, i) => {
    writer.number(bin - (bins[i - 1] ?? 0));
    writer.varint(counts[i] as number);
  });
}

export function readSketch(reader: ByteReader): Sketch {
  const bins: number[] = [];
  const counts: number[] = [];
  for (let rest = reader.varint(); rest > 0; rest--) {
    bins.push((bins.at(-1) ?? 0) + reader.definedNumber());
    counts.push(reader.varint());
  }
  return { bins, counts };
}
