/** The accumulators behind the built-in aggregates. */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { addExactly, mergeExactly, partialsOf, roundSum, type ExactSum } from './exact-sum.ts';
import type { Aggregator } from './aggregate.ts';

const ZERO: ExactSum = 0;

function writeSum(writer: ByteWriter, sum: ExactSum): void {
  const partials = partialsOf(sum);
  if (partials.length === 1) {
    writer.number(partials[0]);
  } else {
    writer.number(undefined);
    writer.varint(partials.length);
    for (const partial of partials) writer.float(partial);
  }
}

function readSum(reader: ByteReader): ExactSum {
  const single = reader.number();
  if (single !== undefined) return single;
  return Array.from({ length: reader.varint() }, () => reader.float());
}

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
  init: () => ZERO,
  add: addExactly,
  merge: mergeExactly,
  result: roundSum,
  write: writeSum,
  read: readSum,
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

/** The exact sum, rounded, divided by the count; undefined before the first. */
export const averaging: Aggregator<number, Mean, number | undefined> = {
  resultType: 'number',
  init: () => ({ sum: ZERO, count: 0 }),
  add: ({ sum, count }, value) => ({ sum: addExactly(sum, value), count: count + 1 }),
  merge: (a, b) => ({ sum: mergeExactly(a.sum, b.sum), count: a.count + b.count }),
  result: ({ sum, count }) => (count === 0 ? undefined : roundSum(sum) / count),
  write: (writer, { sum, count }) => {
    writeSum(writer, sum);
    writer.varint(count);
  },
  read: (reader) => {
    const sum = readSum(reader);
    return { sum, count: reader.varint() };
  },
};
