/** Calls of aggregates as the engine's own, over expressions. */
import { aggregate, aggregateOfPresent, type Aggregate, type Aggregator } from '../../engine/aggregate/aggregate.ts';
import { averaging, counting, maximum, minimum, summing } from '../../engine/aggregate/aggregators.ts';
import { UNIT_BITS, unitsOf } from '../../engine/aggregate/exact-quotient.ts';
import { partialsOf } from '../../engine/aggregate/exact-sum.ts';
import { runtimeError, type Bound } from '../bind/bound.ts';
import { SqlError, type Span } from '../sql-error.ts';
import { countingDistinct } from './counting-distinct.ts';
import { isInteger, isNumeric, type Row, type SqlType } from '../types/sql-type.ts';

export interface BoundAggregate {
  readonly type: SqlType;
  readonly aggregate: Aggregate<unknown>;
  /** INT in Flink, so a column of INT takes it. */
  readonly isSumOfInt?: boolean;
}

type Summing = typeof summing;
type Averaging = typeof averaging;

/** A sum that a double has no form for stays a big integer, which no column of results takes: it is never rounded. */
const summingIntegers: Aggregator<number | undefined, ReturnType<Summing['init']>, unknown> = {
  ...summing,
  resultType: 'integer',
  result(sum) {
    if (sum === 'none' || sum === 'nulls') return undefined;
    const whole = partialsOf(sum).reduce((total, partial) => total + BigInt(partial), 0n);
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  },
};

/** The mean of whole numbers is one, cut towards zero. */
const averagingIntegers: Aggregator<number, ReturnType<Averaging['init']>, number | undefined> = {
  ...averaging,
  resultType: 'integer',
  result: ({ sum, count }) => (count === 0 ? undefined : Number(unitsOf(sum) / (BigInt(count) << UNIT_BITS))),
};

/** Sums of so many of these stay within the range of doubles, as with the engine's own. */
const TOO_LARGE = 1e288;

/**
 * Descriptors are those of the DSL where it has the same aggregate: state of one can be read by the other.
 *
 * @param argument undefined: `COUNT(*)`
 * @throws SQL_TYPE, SQL_UNSUPPORTED
 */
export function bindAggregate(
  name: string,
  argument: Bound | undefined,
  filter: Bound | undefined,
  span: Span,
  isDistinct = false,
): BoundAggregate {
  const counts = filter === undefined ? () => true : (row: Row) => filter.run(row) === true;
  const shown = argument === undefined ? '' : (argument.field ?? argument.text);
  const suffix = filter === undefined ? '' : ` filter ${filter.text}`;
  const word = name === 'AVG' ? 'mean' : name.toLowerCase();
  const descriptor = `${word}(${isDistinct ? 'distinct ' : ''}${shown})${suffix}`;
  if (isDistinct && argument !== undefined)
    return {
      type: 'BIGINT',
      aggregate: aggregateOfPresent(
        descriptor,
        (row: Row) => (counts(row) ? (argument.run(row) ?? undefined) : undefined),
        countingDistinct,
      ) as Aggregate<unknown>,
    };
  if (name === 'COUNT') {
    const isCounted = argument === undefined ? counts : (row: Row) => counts(row) && argument.run(row) !== null;
    return {
      type: 'BIGINT',
      aggregate: aggregate<Row, boolean, number, number>(descriptor, isCounted, counting) as Aggregate<unknown>,
    };
  }
  if (argument === undefined)
    throw new SqlError('SQL_TYPE', span, `expected a column as argument of ${name}, got *`, `write ${name}(x)`);
  const { type, run } = argument;
  const isExtreme = name === 'MIN' || name === 'MAX';
  if (isExtreme && (type === 'STRING' || type === 'BOOLEAN'))
    throw new SqlError(
      'SQL_UNSUPPORTED',
      span,
      `${name} of ${type} is not there yet: got it`,
      'take a number or a time',
    );
  if (!(isNumeric(type) && type !== 'DECIMAL') && !(isExtreme && type === 'TIMESTAMP(3)'))
    throw new SqlError(
      'SQL_TYPE',
      span,
      `expected a number as argument of ${name}, got ${type}`,
      'CAST it to DOUBLE or BIGINT',
    );
  const extract = (row: Row): number | undefined => {
    if (!counts(row)) return undefined;
    const value = run(row) as number | null;
    return value === null ? undefined : requireFinite(value, name);
  };
  if (name === 'SUM') {
    const sum = aggregate(descriptor, extract, isInteger(type) ? summingIntegers : summing) as Aggregate<unknown>;
    return {
      type: type === 'DOUBLE' ? 'DOUBLE' : 'BIGINT',
      aggregate: sum,
      ...(type === 'INT' ? { isSumOfInt: true } : {}),
    };
  }
  const aggregator =
    name === 'AVG' ? (isInteger(type) ? averagingIntegers : averaging) : name === 'MIN' ? minimum : maximum;
  return {
    type,
    aggregate: aggregateOfPresent(
      descriptor,
      extract,
      aggregator as Aggregator<number, unknown, unknown>,
    ) as Aggregate<unknown>,
  };
}

function requireFinite(value: number, name: string): number {
  if (Math.abs(value) < TOO_LARGE) return value;
  throw runtimeError(
    'SQL_NUMBER_TOO_LARGE',
    `argument of ${name} must be below ${TOO_LARGE} in magnitude, got another`,
    'write a FILTER',
  );
}
