/** The accumulators of counts, sums, means and extremes. */
import type { Aggregator } from './aggregate.ts';
import { nearestQuotient, UNIT_BITS, unitsOf } from './exact-quotient.ts';
import { addExactly, mergeExactly, NOTHING, readSum, roundSum, writeSum, type ExactSum } from './exact-sum.ts';

export const counting: Aggregator<boolean, number, number> = {
  resultType: 'integer',
  init: () => 0,
  add: (total, counts) => (counts ? total + 1 : total),
  merge: (a, b) => a + b,
  result: (total) => total,
  write: (writer, total) => writer.varint(total),
  read: (reader) => reader.varint(),
};

export const summing: Aggregator<number, ExactSum, number> = {
  resultType: 'number',
  init: () => NOTHING,
  add: addExactly,
  merge: mergeExactly,
  result: roundSum,
  write: writeSum,
  read: readSum,
};

/** Whole numbers of any size; the result is their decimal text. */
export const summingExactly: Aggregator<bigint, bigint, string> = {
  resultType: 'text',
  maxResultBytes: 340,
  init: () => 0n,
  add: (total, value) => total + value,
  merge: (a, b) => a + b,
  result: String,
  write: (writer, total) => writer.string(String(total)),
  read: (reader) => BigInt(reader.string()),
};

/** The smallest or largest so far; undefined before the first. */
function extreme(pick: (a: number, b: number) => number): Aggregator<number, number | undefined, number | undefined> {
  const join = (a: number | undefined, b: number | undefined) => (a === undefined ? b : b === undefined ? a : pick(a, b));
  return {
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
