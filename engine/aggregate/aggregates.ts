/** The built-in aggregates, as a pipeline's definition uses them. */
import { requireSetting, TidemarkError } from '../errors.ts';
import { aggregate, type Aggregate } from './aggregate.ts';
import { averaging, counting, maximum, minimum, summing } from './aggregators.ts';

type WithNumber<F extends string> = { readonly [K in F]: number };

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

/** The sum of a numeric field: exact inside, rounded once to a double (so integers are exact up to 2^53). */
export function sum<const F extends string>(field: F): Aggregate<WithNumber<F>, number> {
  return aggregate(`sum(${field})`, numberIn(field), summing);
}

export function min<const F extends string>(field: F): Aggregate<WithNumber<F>, number | undefined> {
  return aggregate(`min(${field})`, numberIn(field), minimum);
}

export function max<const F extends string>(field: F): Aggregate<WithNumber<F>, number | undefined> {
  return aggregate(`max(${field})`, numberIn(field), maximum);
}

/** The arithmetic mean of a numeric field. */
export function mean<const F extends string>(field: F): Aggregate<WithNumber<F>, number | undefined> {
  return aggregate(`mean(${field})`, numberIn(field), averaging);
}

/** @throws NOT_A_NUMBER (data) when the field of a record is no finite number: the schema let it through */
function numberIn<F extends string>(field: F): (value: WithNumber<F>) => number {
  requireSetting('field', field, typeof field === 'string' && field !== '', 'a field name', 'name a numeric field of the schema');
  return (value) => {
    const number: unknown = value[field];
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      throw new TidemarkError('data', 'NOT_A_NUMBER', `${field} must be a finite number, got ${typeof number}; let the schema refuse it`);
    }
    return number;
  };
}
