import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { TidemarkError } from '../errors.ts';

/**
 * A sum without rounding: one number while that is exact, else the nearest double, what is missing to it, what is missing
 * to that, … in ascending magnitude. Each sum has one such form, so neither the value nor the bytes depend on the order of
 * the addends or on how they were merged.
 *
 * @see J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997
 */
export type ExactSum = number | readonly number[];

export const NOTHING: ExactSum = 0;

/** @throws SUM_TOO_LARGE (data) when the sum would leave the range of doubles: never for addends below 1e288 */
export function addExactly(sum: ExactSum, value: number): ExactSum {
  if (typeof sum === 'number' && Number.isSafeInteger(sum) && Number.isSafeInteger(value)) {
    const total = sum + value;
    if (Number.isSafeInteger(total)) return total;
  }
  return canonical(grow(partialsOf(sum), value));
}

export function mergeExactly(a: ExactSum, b: ExactSum): ExactSum {
  return partialsOf(b).reduce<ExactSum>(addExactly, a);
}

/** The double nearest to the exact sum, ties to even. */
export function roundSum(sum: ExactSum): number {
  return typeof sum === 'number' ? sum : (sum.at(-1) ?? 0);
}

export function partialsOf(sum: ExactSum): readonly number[] {
  return typeof sum === 'number' ? [sum] : sum;
}

export function writeSum(writer: ByteWriter, sum: ExactSum): void {
  if (typeof sum === 'number') {
    writer.number(sum);
  } else {
    writer.number(undefined);
    writer.varint(sum.length);
    for (const partial of sum) writer.float(partial);
  }
}

export function readSum(reader: ByteReader): ExactSum {
  return reader.number() ?? Array.from({ length: reader.varint() }, () => reader.float());
}

/** Non-overlapping partial sums of the same value as before and `value` together, in ascending magnitude. */
function grow(partials: readonly number[], value: number): number[] {
  const grown: number[] = [];
  let rest = value;
  for (const partial of partials) {
    const total = rest + partial;
    const added = total - rest;
    const error = rest - (total - added) + (partial - added);
    if (error !== 0) grown.push(error);
    rest = total;
  }
  if (!Number.isFinite(rest)) {
    throw new TidemarkError(
      'data',
      'SUM_TOO_LARGE',
      'sum must stay within the range of doubles, got an overflow; aggregate a smaller unit',
    );
  }
  if (rest !== 0) grown.push(rest);
  return grown;
}

/** The one form of this sum: takes its nearest double away until nothing is left. */
function canonical(partials: readonly number[]): ExactSum {
  if (partials.length === 2 && (partials[0] as number) + (partials[1] as number) === partials[1]) return partials;
  const form: number[] = [];
  for (let rest = partials; rest.length > 0;) {
    const nearest = nearestTo(rest);
    form.unshift(nearest);
    rest = rest.length === 1 ? [] : grow(rest, -nearest);
  }
  return form.length > 1 ? form : (form[0] ?? 0);
}

/** The double nearest to non-overlapping partial sums, ties to even. */
function nearestTo(partials: readonly number[]): number {
  let i = partials.length - 1;
  let high = partials[i] as number;
  let low = 0;
  while (i > 0 && low === 0) {
    const smaller = partials[--i] as number;
    const total = high + smaller;
    low = smaller - (total - high);
    high = total;
  }
  // Half-way cases: the partials below decide on which side of the tie the exact sum lies.
  if (i > 0 && Math.sign(low) === Math.sign(partials[i - 1] as number)) {
    const doubled = low * 2;
    const candidate = high + doubled;
    if (doubled === candidate - high) return candidate;
  }
  return high;
}
