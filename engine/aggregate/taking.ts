/** Aggregates that keep values of records: the first, the last, the best, all of them. */
import { requireSetting } from '../errors.ts';
import { aggregateOfPresent, type Aggregate, type Aggregator, type RecordTime } from './aggregate.ts';
import {
  numberIn,
  valueIn,
  type NullOf,
  type NumberField,
  type StorableFields,
  type Take,
  type Taken,
  type WithFields,
} from './fields.ts';
import { toJsonValue, type JsonValue } from './json-value.ts';
import { bySmallerValue, byTime, type Ranked } from './ranking.ts';
import { keepingBest, keepingCounted, keepingLatest, keepingOne, requireFits, type Collected } from './keeping.ts';

export interface TakeSettings {
  /** What is taken of one record may have so many bytes, else it becomes a dead letter, [1, 65536]. @default 1024 */
  readonly maxBytes?: number;
}

export interface BySettings<By> extends TakeSettings {
  /** A numeric field. */
  readonly by: By;
}

export interface TopSettings<By> extends BySettings<By> {
  /** How many, 1 or more; a row of the table must hold them, see maxBytes. */
  readonly n: number;
  /**
   * Which of equals comes first: `arrival`: the earliest, then the one that came first. `value`: the one whose values are
   * smaller, field by field in the order of their names; then the order of arrival does not matter at all, as with results of
   * windows, which all have one time.
   *
   * @default 'arrival'
   */
  readonly ties?: 'arrival' | 'value';
}

export interface CollectSettings extends TakeSettings {
  /** How many are kept, 1 or more; a row of the table must hold them, see maxBytes. */
  readonly maxItems: number;
}

type WithTakenAndBy<T extends Take, B extends string> = WithFields<T> & WithFields<B, number>;

/**
 * A field of the record with the earliest event time, or an object of several; of two at one time, the one that came first.
 *
 * @example first('status') // 'open'
 * @example first(['status', 'user']) // { status: 'open', user: 'ann' }
 */
export function first<const T extends Take, V = WithFields<T>>(
  take: T & StorableFields<V, T>,
  settings: TakeSettings = {},
): Aggregate<V, Taken<V, T> | undefined> {
  return keep('first', take, settings, inTime, keepingOne);
}

/**
 * A field of the record with the latest event time, or an object of several; of two at one time, the one that came last.
 *
 * @example last('status') // 'closed'
 */
export function last<const T extends Take, V = WithFields<T>>(
  take: T & StorableFields<V, T>,
  settings: TakeSettings = {},
): Aggregate<V, Taken<V, T> | undefined> {
  return keep('last', take, settings, inTime, keepingLatest);
}

/**
 * A field, or several, of the record whose field `by` is least; of equals the earliest, then the one that came first.
 *
 * @example minBy(['shop', 'cents'], { by: 'cents' }) // { shop: 'A', cents: 199 }
 */
export function minBy<const T extends Take, const B extends string, V = WithTakenAndBy<T, B>>(
  take: T & StorableFields<V, T>,
  settings: BySettings<B & NumberField<V, B>>,
): Aggregate<V, Taken<V, T> | undefined | NullOf<V, B>> {
  return keep('minBy', take, settings, numberIn(settings.by), keepingOne);
}

/**
 * A field, or several, of the record whose field `by` is largest; of equals the earliest, then the one that came first.
 *
 * @example maxBy('place', { by: 'magnitude' }) // 'Honshu'
 */
export function maxBy<const T extends Take, const B extends string, V = WithTakenAndBy<T, B>>(
  take: T & StorableFields<V, T>,
  settings: BySettings<B & NumberField<V, B>>,
): Aggregate<V, Taken<V, T> | undefined | NullOf<V, B>> {
  return keep('maxBy', take, settings, largestFirst(settings.by), keepingOne);
}

/**
 * A field, or several, of the `n` records whose field `by` is largest, in this order; of equals the earliest, then the one
 * that came first, or whatever `ties` says.
 *
 * @example topN(['place', 'magnitude'], { n: 2, by: 'magnitude' }) // [{ place: 'Honshu', magnitude: 7.1 }, { place: 'Lima', magnitude: 6 }]
 */
export function topN<const T extends Take, const B extends string, V = WithTakenAndBy<T, B>>(
  take: T & StorableFields<V, T>,
  settings: TopSettings<B & NumberField<V, B>>,
): Aggregate<V, ReadonlyArray<Taken<V, T>>> {
  return keep('topN', take, settings, largestFirst(settings.by), (maxBytes) => {
    const { n, ties = 'arrival' } = settings;
    requireFits('n', n, maxBytes);
    const rule = "'arrival' or 'value'";
    requireSetting('ties', ties, ties === 'arrival' || ties === 'value', rule, 'leave it out for arrival');
    return keepingBest(n, maxBytes, ties === 'value' ? bySmallerValue : byTime);
  });
}

/**
 * A field, or several, of every record, by event time and then arrival. Of more than `maxItems` the earliest are kept, and
 * `dropped` says how many are not.
 *
 * @example collect('page', { maxItems: 3 }) // { items: ['/', '/cart', '/pay'], dropped: 2 }
 */
export function collect<const T extends Take, V = WithFields<T>>(
  take: T & StorableFields<V, T>,
  settings: CollectSettings,
): Aggregate<V, Collected<Exclude<Taken<V, T>, null>>> {
  return keep('collect', take, settings, inTime, (maxBytes) => {
    requireFits('maxItems', settings.maxItems, maxBytes);
    return keepingCounted(settings.maxItems, maxBytes);
  });
}

const inTime = (): number => 0;

function largestFirst(by: string): (value: unknown) => number | undefined {
  const number = numberIn(by);
  return (value) => {
    const given = number(value);
    return given === undefined ? undefined : -given;
  };
}

/**
 * @param rankOf undefined of a record that has no rank: it passes. Where all have the same, one whose value is null passes
 * @param Out what the fields of a record make of the kept values: the compiler has checked that they are there
 */
function keep<V, Acc, Out>(
  name: string,
  take: Take,
  settings: TakeSettings,
  rankOf: (value: unknown) => number | undefined,
  keeping: (maxBytes: number) => Aggregator<Ranked, Acc, JsonValue | undefined | Collected<JsonValue>>,
): Aggregate<V, Out> {
  const { maxBytes = 1_024 } = settings;
  requireSetting(
    'maxBytes',
    maxBytes,
    Number.isSafeInteger(maxBytes) && maxBytes >= 1 && maxBytes <= 65_536,
    'an integer in [1, 65536]',
    'leave it out for 1024',
  );
  const valueOf = valueIn(take, maxBytes);
  const descriptor = `${name}(${JSON.stringify(toJsonValue({ ...settings, take, maxBytes }, 'settings'))})`;
  const extract = (given: V, { eventTimeMs }: RecordTime): Ranked | undefined => {
    const rank = rankOf(given);
    if (rank === undefined) return undefined;
    const value = valueOf(given);
    // Adding 0 makes -0 of a rank 0.
    return value === null && rankOf === inTime ? undefined : { rank: rank + 0, timeMs: eventTimeMs, value };
  };
  return aggregateOfPresent(descriptor, extract, keeping(maxBytes) as unknown as Aggregator<Ranked, Acc, Out>);
}
