import { requireSetting } from '../errors.ts';
import { aggregateOfPresent, type Aggregate, type Aggregator } from './aggregate.ts';
import { numberIn, type NullOf, type NumberField, type WithFields } from './fields.ts';
import { toJsonValue } from './json-value.ts';
import {
  addToBin,
  binAt,
  Bins,
  EMPTY,
  mergeSketches,
  readSketch,
  TOO_LARGE,
  writeSketch,
  type Sketch,
} from './quantile-sketch.ts';

export interface QuantileSettings {
  /** How far a quantile may be off, as a share of it, [0.001, 0.25]. @default 0.01 */
  readonly relativeAccuracy?: number;
}

/**
 * A quantile of a numeric field, below 1e18 in magnitude: 1 % off at most, and so near to 0 as 1e-9 it is 0. Of n numbers in
 * order it is the one at place floor(quantile · (n - 1)), from 0. The same whatever the order and the merges.
 *
 * State takes 2 to 4 bytes for each factor of 1.02 between the least and the largest number, [0, 25 KB].
 *
 * @param quantile [0, 1]: 0.5 for the median
 * @example quantile('delayMin', 0.95) // 41.7
 */
export function quantile<const F extends string, V = WithFields<F, number>>(
  field: F & NumberField<V, F>,
  quantile: number,
  settings: QuantileSettings = {},
): Aggregate<V, number | undefined | NullOf<V, F>> {
  const { descriptor, extract, bins } = sketching('quantile', field, { quantile }, settings);
  return aggregateOfPresent(descriptor, extract, {
    ...sketch,
    resultType: 'number',
    result: (state) => valueAt(bins, state, quantile),
  } satisfies Aggregator<number, Sketch, number | undefined>);
}

/**
 * Several quantiles by name, out of one state: costs hardly more than one. For the rest see `quantile`.
 *
 * @example quantiles('delayMin', { median: 0.5, p99: 0.99 }) // { median: 4, p99: 88.2 }
 */
export function quantiles<
  const F extends string,
  const Q extends Readonly<Record<string, number>>,
  V = WithFields<F, number>,
>(
  field: F & NumberField<V, F>,
  quantiles: Q,
  settings: QuantileSettings = {},
): Aggregate<V, { readonly [K in keyof Q]: number } | undefined | NullOf<V, F>> {
  const names = Object.keys(quantiles);
  requireSetting(
    'quantiles',
    names,
    names.length > 0 && names.length <= 100 && !names.includes(''),
    '1 to 100, each with a name',
    'pass { median: 0.5, p99: 0.99 }',
  );
  const { descriptor, extract, bins } = sketching('quantiles', field, quantiles, settings);
  return aggregateOfPresent(descriptor, extract, {
    ...sketch,
    resultType: 'json',
    maxResultBytes: names.reduce((bytes, name) => bytes + name.length * 3 + 26, 3),
    result: (state) =>
      state.bins.length === 0
        ? undefined
        : Object.fromEntries(names.map((name) => [name, valueAt(bins, state, quantiles[name] as number)])),
  } satisfies Aggregator<number, Sketch, object | undefined>) as Aggregate<
    V,
    { readonly [K in keyof Q]: number } | undefined | NullOf<V, F>
  >;
}

const sketch = {
  init: () => EMPTY,
  add: (state: Sketch, bin: number) => addToBin(state, bin),
  merge: mergeSketches,
  write: writeSketch,
  read: readSketch,
};

function sketching(
  name: string,
  field: string,
  quantiles: Readonly<Record<string, number>>,
  { relativeAccuracy = 0.01 }: QuantileSettings,
) {
  for (const [which, quantile] of Object.entries(quantiles)) {
    requireSetting(
      which,
      quantile,
      quantile >= 0 && quantile <= 1,
      'a number in [0, 1]',
      'pass 0.95 for the 95th percentile',
    );
  }
  requireSetting(
    'relativeAccuracy',
    relativeAccuracy,
    relativeAccuracy >= 0.001 && relativeAccuracy <= 0.25,
    'a number in [0.001, 0.25]',
    'leave it out for 0.01',
  );
  const bins = new Bins(relativeAccuracy);
  const number = numberIn(field, TOO_LARGE);
  const descriptor = `${name}(${JSON.stringify(toJsonValue({ field, quantiles, relativeAccuracy }, 'settings'))})`;
  const binOf = (value: unknown): number | undefined => {
    const given = number(value);
    return given === undefined ? undefined : bins.of(given);
  };
  return { descriptor, extract: binOf, bins };
}

function valueAt(bins: Bins, state: Sketch, quantile: number): number | undefined {
  const bin = binAt(state, quantile);
  return bin === undefined ? undefined : bins.valueOf(bin);
}
