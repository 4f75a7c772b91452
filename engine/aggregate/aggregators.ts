/** The accumulators of counts, sums, means and extremes. */
import type { AccumulatorColumns, Aggregator } from './aggregate.ts';
import { nearestQuotient, UNIT_BITS, unitsOf } from './exact-quotient.ts';
import { addExactly, mergeExactly, NOTHING, readSum, roundSum, writeSum, type ExactSum } from './exact-sum.ts';

/** Of accumulators that JSON holds as they are. */
export const asItIs: AccumulatorColumns<unknown> = { of: (accumulator) => [accumulator], from: ([value]) => value };

export const counting: Aggregator<boolean, number, number> = {
  columns: asItIs as AccumulatorColumns<number>,
  resultType: 'integer',
  init: () => 0,
  add: (total, counts) => (counts ? total + 1 : total),
  merge: (a, b) => a + b,
  result: (total) => total,
  write: (writer, total) => writer.varint(total),
  read: (reader) => reader.varint(),
};

/** A sum; `nulls` when there was nothing but nulls; `none` before any record, which is 0 as a sum of numbers may be. */
type Summed<T> = T | 'none' | 'nulls';

interface Addition<In, T> {
  first(value: In): T;
  add(sum: T, value: In): T;
  merge(a: T, b: T): T;
}

function summed<In, T>({
  first,
  add,
  merge,
}: Addition<In, T>): Pick<Aggregator<In | undefined, Summed<T>, unknown>, 'init' | 'add' | 'merge'> {
  return {
    init: () => 'none',
    add: (sum, value) => {
      if (value === undefined) return sum === 'none' ? 'nulls' : sum;
      return sum === 'none' || sum === 'nulls' ? first(value) : add(sum, value);
    },
    merge: (a, b) => {
      if (a === 'none' || b === 'none') return a === 'none' ? b : a;
      if (a === 'nulls' || b === 'nulls') return a === 'nulls' ? b : a;
      return merge(a, b);
    },
  };
}

/** What no sum is: its partial sums are none or several. A release that knows neither reads both as 0. */
const [NONE, NULLS]: readonly [ExactSum, ExactSum] = [[], [0]];

export const summing: Aggregator<number | undefined, Summed<ExactSum>, number | undefined> = {
  ...summed<number, ExactSum>({ first: (value) => addExactly(NOTHING, value), add: addExactly, merge: mergeExactly }),
  columns: asItIs as AccumulatorColumns<Summed<ExactSum>>,
  resultType: 'number',
  result: (sum) => (sum === 'nulls' ? undefined : sum === 'none' ? 0 : roundSum(sum)),
  write: (writer, sum) => writeSum(writer, sum === 'none' ? NONE : sum === 'nulls' ? NULLS : sum),
  read: (reader) => {
    const sum = readSum(reader);
    if (typeof sum === 'number' || sum.length > 1) return sum;
    return sum.length === 0 ? 'none' : 'nulls';
  },
};

/** Whole numbers of any size; the result is their decimal text. */
export const summingExactly: Aggregator<bigint | undefined, Summed<bigint>, string | undefined> = {
  ...summed<bigint, bigint>({ first: (value) => value, add: (total, value) => total + value, merge: (a, b) => a + b }),
  columns: {
    of: (total) => [String(total)],
    from: ([text]) => (text === 'none' || text === 'nulls' ? text : BigInt(text as string)),
  },
  resultType: 'text',
  maxResultBytes: 340,
  result: (total) => (total === 'nulls' ? undefined : total === 'none' ? '0' : String(total)),
  // A blank is read as 0 by a release that knows no nulls.
  write: (writer, total) => writer.string(total === 'none' ? '' : total === 'nulls' ? ' ' : String(total)),
  read: (reader) => {
    const text = reader.string();
    return text === '' ? 'none' : text === ' ' ? 'nulls' : BigInt(text);
  },
};

/** The smallest or largest so far; undefined before the first. */
function extreme(pick: (a: number, b: number) => number): Aggregator<number, number | undefined, number | undefined> {
  const join = (a: number | undefined, b: number | undefined) =>
    a === undefined ? b : b === undefined ? a : pick(a, b);
  return {
    columns: { of: (value) => [value ?? null], from: ([value]) => (value ?? undefined) as number | undefined },
    resultType: 'number',
    init: () => undefined,
    add: join,
    merge: join,
    result: (value) => value,
    write: (writer, value) => writer.number(value),
    read: (reader) => reader.number(),
  };
}

export const minimum = extreme(Math.min);
export const maximum = extreme(Math.max);

interface Mean {
  readonly sum: ExactSum;
  readonly count: number;
}

/** The exact sum by the count, rounded once; undefined before the first. */
export const averaging: Aggregator<number, Mean, number | undefined> = {
  columns: {
    of: ({ sum, count }) => [sum, count],
    from: ([sum, count]) => ({ sum: sum as ExactSum, count: count as number }),
  },
  resultType: 'number',
  init: () => ({ sum: NOTHING, count: 0 }),
  add: ({ sum, count }, value) => ({ sum: addExactly(sum, value), count: count + 1 }),
  merge: (a, b) => ({ sum: mergeExactly(a.sum, b.sum), count: a.count + b.count }),
  result: ({ sum, count }) => {
    if (count === 0) return undefined;
    return typeof sum === 'number' ? sum / count : nearestQuotient(unitsOf(sum), BigInt(count) << UNIT_BITS);
  },
  write: (writer, { sum, count }) => {
    writeSum(writer, sum);
    writer.varint(count);
  },
  read: (reader) => {
    const sum = readSum(reader);
    return { sum, count: reader.varint() };
  },
};
