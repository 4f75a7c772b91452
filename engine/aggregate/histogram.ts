import { requireSetting } from '../errors.ts';
import { aggregateOfPresent, type Aggregate, type Aggregator } from './aggregate.ts';
import { numberIn, type NumberField, type WithFields } from './fields.ts';
import { placeAfter } from './sorted.ts';

export interface HistogramSettings {
  /** Where an interval ends and the next begins, ascending, 1 to 1000 of them. */
  readonly bounds: readonly number[];
}

/**
 * How many numbers lie in each interval: below the first bound, from each bound to below the next, from the last bound on.
 *
 * @example histogram('delay', { bounds: [0, 15, 60] }) // [8, 31, 4, 1]: early, on time, late, very late
 */
export function histogram<const F extends string, V = WithFields<F, number>>(
  field: F & NumberField<V, F>,
  { bounds }: HistogramSettings,
): Aggregate<V, readonly number[]> {
  const ascending =
    Array.isArray(bounds) &&
    bounds.length >= 1 &&
    bounds.length <= 1_000 &&
    bounds.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > (bounds[i - 1] as number)));
  requireSetting('bounds', bounds, ascending, '1 to 1000 finite numbers, ascending', 'pass { bounds: [0, 15, 60] }');
  const number = numberIn(field);
  const intervalOf = (value: V): number | undefined => {
    const given = number(value);
    return given === undefined ? undefined : placeAfter(bounds, given);
  };
  return aggregateOfPresent(
    `histogram(${field},bounds=${bounds.join(',')})`,
    intervalOf,
    countingIn(bounds.length + 1),
  );
}

function countingIn(intervals: number): Aggregator<number, readonly number[], readonly number[]> {
  const none = Object.freeze(new Array<number>(intervals).fill(0));
  return {
    resultType: 'json',
    maxResultBytes: 3 + intervals * 11,
    init: () => none,
    add: (counts, interval) => counts.with(interval, (counts[interval] as number) + 1),
    merge: (a, b) => a.map((count, i) => count + (b[i] as number)),
    result: (counts) => counts,
    write: (writer, counts) => counts.forEach((count) => writer.varint(count)),
    read: (reader) => Array.from({ length: intervals }, () => reader.varint()),
  };
}
