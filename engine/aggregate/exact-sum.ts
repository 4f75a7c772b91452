import { TidemarkError } from '../errors.ts';

/**
 * A sum without rounding, whatever the order: one number while that is exact, else non-overlapping partial sums in
 * ascending magnitude. So integers beyond 2^53 and decimals add up the same in any order and any batch split.
 *
 * @see J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997
 */
export type ExactSum = number | readonly number[];

/** @throws SUM_TOO_LARGE (data) when the sum would leave the range of doubles */
export function addExactly(sum: ExactSum, value: number): ExactSum {
  if (typeof sum === 'number' && Number.isSafeInteger(sum) && Number.isSafeInteger(value)) {
    const total = sum + value;
    if (Number.isSafeInteger(total)) return total;
  }
  let partials: readonly number[] = typeof sum === 'number' ? [sum] : sum;
  partials = grow(partials, value);
  if (partials.length === 0) return 0;
  return partials.length === 1 ? (partials[0] as number) : partials;
}

export function mergeExactly(a: ExactSum, b: ExactSum): ExactSum {
  return partialsOf(b).reduce<ExactSum>(addExactly, a);
}

/** The double nearest to the exact sum, ties to even. */
export function roundSum(sum: ExactSum): number {
  if (typeof sum === 'number') return sum;
  let i = sum.length - 1;
  let high = sum[i] as number;
  let low = 0;
  while (i > 0 && low === 0) {
    const smaller = sum[--i] as number;
    const total = high + smaller;
    low = smaller - (total - high);
    high = total;
  }
  // Half-way cases: the partials below decide on which side of the tie the exact sum lies.
  if (i > 0 && Math.sign(low) === Math.sign(sum[i - 1] as number)) {
    const doubled = low * 2;
    const candidate = high + doubled;
    if (doubled === candidate - high) return candidate;
  }
  return high;
}

export function partialsOf(sum: ExactSum): readonly number[] {
  return typeof sum === 'number' ? [sum] : sum;
}

function grow(partials: readonly number[], value: number): number[] {
  const grown: number[] = [];
  let rest = value;
  for (const partial of partials) {
    const [large, small] = Math.abs(rest) < Math.abs(partial) ? [partial, rest] : [rest, partial];
    const total = large + small;
    const error = small - (total - large);
    if (error !== 0) grown.push(error);
    rest = total;
  }
  if (!Number.isFinite(rest)) {
    throw new TidemarkError('data', 'SUM_TOO_LARGE', 'sum must stay within the range of doubles, got an overflow; aggregate a smaller unit');
  }
  if (rest !== 0) grown.push(rest);
  return grown;
}
