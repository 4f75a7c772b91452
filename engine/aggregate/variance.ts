import { requireSetting } from '../errors.ts';
import { aggregateOfPresent, type Aggregate, type Aggregator } from './aggregate.ts';
import { nearestQuotient, UNIT_BITS, unitsOf } from './exact-quotient.ts';
import { addExactly, mergeExactly, NOTHING, readSum, writeSum, type ExactSum } from './exact-sum.ts';
import { numberIn, type NullOf, type NumberField, type WithFields } from './fields.ts';

export interface VarianceSettings<Of extends 'population' | 'sample' = 'population' | 'sample'> {
  /** `population`: the records are all there is, divided by n. `sample`: they stand for more, divided by n - 1. */
  readonly of: Of;
}

/** null where the variance of a single record is none. */
type NullOfOne<Of> = 'sample' extends Of ? null : never;

/**
 * The variance of a numeric field, below 1e144 in magnitude; of a sample undefined before the second record. Exact inside,
 * rounded once: neither the order of the records nor a mean that is large beside the spread takes a digit away. (Squares
 * below 1e-290 are rounded to 5e-324.)
 *
 * @example variance('delay', { of: 'sample' }) // 41.3
 */
export function variance<
  const F extends string,
  V = WithFields<F, number>,
  const Of extends 'population' | 'sample' = 'population' | 'sample',
>(
  field: F & NumberField<V, F>,
  settings: VarianceSettings<Of>,
): Aggregate<V, number | undefined | NullOf<V, F> | NullOfOne<Of>> {
  return aggregateOfPresent(
    `variance(${field},of=${settings.of})`,
    squareIn(field, settings),
    spread(settings, (value) => value),
  );
}

/**
 * The square root of the variance, with the same promises; at most two roundings from the exact one.
 *
 * @example standardDeviation('delay', { of: 'population' }) // 6.4
 */
export function standardDeviation<
  const F extends string,
  V = WithFields<F, number>,
  const Of extends 'population' | 'sample' = 'population' | 'sample',
>(
  field: F & NumberField<V, F>,
  settings: VarianceSettings<Of>,
): Aggregate<V, number | undefined | NullOf<V, F> | NullOfOne<Of>> {
  return aggregateOfPresent(
    `standardDeviation(${field},of=${settings.of})`,
    squareIn(field, settings),
    spread(settings, Math.sqrt),
  );
}

/** Squares stay below 1e288, so that no order of the records makes their sum overflow. */
const TOO_LARGE = 1e144;

function squareIn(field: string, { of }: VarianceSettings): (value: unknown) => number | undefined {
  requireSetting(
    'of',
    of,
    of === 'population' || of === 'sample',
    "'population' or 'sample'",
    "pass { of: 'sample' } when the records stand for more than themselves",
  );
  return numberIn(field, TOO_LARGE);
}

interface Moments {
  readonly count: number;
  readonly sum: ExactSum;
  /** Sum of the squares. */
  readonly squares: ExactSum;
}

function spread(
  { of }: VarianceSettings,
  finish: (variance: number) => number,
): Aggregator<number, Moments, number | undefined> {
  const withheld = of === 'sample' ? 1 : 0;
  return {
    columns: {
      of: ({ count, sum, squares }) => [count, sum, squares],
      from: ([count, sum, squares]) => ({
        count: count as number,
        sum: sum as ExactSum,
        squares: squares as ExactSum,
      }),
    },
    resultType: 'number',
    init: () => ({ count: 0, sum: NOTHING, squares: NOTHING }),
    add: ({ count, sum, squares }, value) => ({
      count: count + 1,
      sum: addExactly(sum, value),
      squares: addSquare(squares, value),
    }),
    merge: (a, b) => ({
      count: a.count + b.count,
      sum: mergeExactly(a.sum, b.sum),
      squares: mergeExactly(a.squares, b.squares),
    }),
    result: (moments) => (moments.count <= withheld ? undefined : finish(varianceOf(moments, withheld))),
    write: (writer, { count, sum, squares }) => {
      writer.varint(count);
      writeSum(writer, sum);
      writeSum(writer, squares);
    },
    read: (reader) => ({ count: reader.varint(), sum: readSum(reader), squares: readSum(reader) }),
  };
}

/** (n · squares - sum²) / n (n - withheld), all of it in whole numbers of 2^-2148. */
function varianceOf({ count, sum, squares }: Moments, withheld: number): number {
  const n = BigInt(count);
  const units = unitsOf(sum);
  const numerator = ((n * unitsOf(squares)) << UNIT_BITS) - units * units;
  // Below zero only where squares are so small that they had to be rounded.
  return numerator <= 0n ? 0 : nearestQuotient(numerator, (n * BigInt(count - withheld)) << (2n * UNIT_BITS));
}

/** Adds the exact square: the rounded one, then what rounding took from it. @see T. J. Dekker, "A floating-point technique for extending the available precision", 1971 */
function addSquare(squares: ExactSum, value: number): ExactSum {
  const square = value * value;
  if (Number.isSafeInteger(square) && Number.isInteger(value)) return addExactly(squares, square);
  const split = value * (2 ** 27 + 1);
  const high = split - (split - value);
  const low = value - high;
  const rest = high * high - square + 2 * high * low + low * low;
  return addExactly(addExactly(squares, square), rest);
}
