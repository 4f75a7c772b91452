/** Counts, sums, means and extremes, as a pipeline's definition uses them. */
import { TidemarkError } from '../errors.ts';
import { aggregate, aggregateOfPresent, type Aggregate, type Aggregator } from './aggregate.ts';
import { averaging, counting, maximum, minimum, summing, summingExactly } from './aggregators.ts';
import { isAbsent, numberIn, requireField, type NullOf, type NumberField, type WithFields } from './fields.ts';

/** Sums of so many of these stay within the range of doubles, however many there are and in whatever order. */
const TOO_LARGE = 1e288;

/** How many records. */
export function count(): Aggregate<unknown, number> {
  return aggregate('count()', () => true, counting);
}

/**
 * How many records fulfil the condition.
 *
 * @param name stands for the condition in the state's fingerprint: give a new name when the condition changes its meaning
 * @example countIf((flight) => flight.delay >= 15)
 */
export function countIf<V>(condition: (value: V) => boolean, name = 'condition'): Aggregate<V, number> {
  return aggregate(`countIf(${name})`, (value: V) => Boolean(condition(value)), counting);
}

/**
 * The sum of a numeric field, below 1e288 in magnitude: exact inside, rounded once to a double. So it is the same in any
 * order, and exact for integers up to 2^53; beyond that see `sumExact`.
 *
 * @example sum('cents') // 1250
 */
export function sum<const F extends string, V = WithFields<F, number>>(
  field: F & NumberField<V, F>,
): Aggregate<V, number | NullOf<V, F>> {
  return aggregate(
    `sum(${field})`,
    numberIn(field, TOO_LARGE),
    summing as Aggregator<number | undefined, unknown, number | NullOf<V, F>>,
  );
}

/**
 * The sum of a field of whole numbers, of any size and never rounded, as decimal text: JSON has no larger numbers.
 *
 * @example sumExact('cents') // '9007199254740993'
 */
export function sumExact<const F extends string, V = WithFields<F, number | bigint>>(
  field: F & NumberField<V, F, number | bigint>,
): Aggregate<V, string | NullOf<V, F>> {
  return aggregate(
    `sumExact(${field})`,
    integerIn(field),
    summingExactly as Aggregator<bigint | undefined, unknown, string | NullOf<V, F>>,
  );
}

/** The least of a numeric field. @example min('delay') // -12 */
export function min<const F extends string, V = WithFields<F, number>>(
  field: F & NumberField<V, F>,
): Aggregate<V, number | undefined | NullOf<V, F>> {
  return aggregateOfPresent(`min(${field})`, numberIn(field), minimum);
}

/** The most of a numeric field. @example max('delay') // 95 */
export function max<const F extends string, V = WithFields<F, number>>(
  field: F & NumberField<V, F>,
): Aggregate<V, number | undefined | NullOf<V, F>> {
  return aggregateOfPresent(`max(${field})`, numberIn(field), maximum);
}

/**
 * The arithmetic mean of a numeric field, below 1e288 in magnitude: the double nearest to the exact one.
 *
 * @example mean('delay') // 8.25
 */
export function mean<const F extends string, V = WithFields<F, number>>(
  field: F & NumberField<V, F>,
): Aggregate<V, number | undefined | NullOf<V, F>> {
  return aggregateOfPresent(`mean(${field})`, numberIn(field, TOO_LARGE), averaging);
}

const TOO_LARGE_INTEGER = 10n ** 300n;

/** @throws NOT_AN_INTEGER (data) when the field of a record is no whole number below 1e300 in magnitude */
function integerIn(field: string): (value: unknown) => bigint | undefined {
  requireField('field', field);
  return (value) => {
    const given = (value as Readonly<Record<string, unknown>>)[field];
    if (isAbsent(given)) return undefined;
    const integer = typeof given === 'bigint' ? given : Number.isInteger(given) ? BigInt(given as number) : undefined;
    if (integer === undefined || integer >= TOO_LARGE_INTEGER || -integer >= TOO_LARGE_INTEGER) {
      throw new TidemarkError(
        'data',
        'NOT_AN_INTEGER',
        `${field} must be a whole number below 1e300 in magnitude, got ${integer === undefined ? typeof given : 'a larger one'}; let the schema refuse it, or use sum`,
      );
    }
    return integer;
  };
}
