/** The calls of the DSL on windows and their results, each a frozen value. */
import type { Aggregate } from '../aggregate/aggregate.ts';
import { requireRowFits } from '../aggregate/row-size.ts';
import { requireMs, requireSetting } from '../errors.ts';
import { lastKeyByOf, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import { DEFAULT_EMISSION, type Accumulation, type Emission, type Trigger } from '../window/emission.ts';
import type { NamedAggregate, Windows } from '../window/windows.ts';
import {
  columnsOf,
  keyColumns,
  outputStream,
  requireNames,
  type OutputStream,
  type ResultTypes,
} from './output-stream.ts';
import type { ResultColumn } from '../plan/results.ts';
import { withFinalResults } from './final-results.ts';

export interface WindowSettings {
  /** How long after its end a window still takes late records, 0 or more. @default 0 */
  readonly allowedLatenessMs?: number;
  /** When results come out besides at the window's end. @default at the end, then with each late record */
  readonly trigger?: Trigger;
  /** What each result says. @default 'accumulating' */
  readonly accumulation?: Accumulation;
  /** One result per window, when it closes; then there is no trigger. @default false */
  readonly finalOnly?: boolean;
}

/** What results bear: null where an aggregate has nothing to say. */
export type ResultOf<A> = {
  readonly [K in keyof A]: A[K] extends Aggregate<never, infer Out>
    ? undefined extends Out
      ? Exclude<Out, undefined> | null
      : Out
    : never;
};

/** What a second window sees of them: no window of a first one is without a record, so only what may be null in each is null. */
export type PresentOf<A> = {
  readonly [K in keyof A]: A[K] extends Aggregate<never, infer Out> ? Exclude<Out, undefined> : never;
};

export interface WindowedStream<V, F extends string = never> {
  /** @example .aggregate({ departures: count(), meanDelayMin: mean('delay') }) */
  aggregate<const A extends Readonly<Record<string, Aggregate<V>>>>(
    aggregates: A,
  ): ResultStream<V, ResultOf<A>, PresentOf<A>, F>;
}

/** What a second window over the results of a first one sees. */
export type WindowResult<R> = R & { readonly windowStartMs: number; readonly windowEndMs: number };

/** Results of windows: there may be a second window over them, or a second key, which sees `P`. */
export interface ResultStream<V, R, P = R, F extends string = never> extends OutputStream<V, R, F, P> {
  filter(isWanted: (values: R) => boolean): ResultStream<V, R, P, F>;
  map<S extends Readonly<Record<string, unknown>>>(
    change: (values: R) => S,
    types: ResultTypes<S>,
  ): ResultStream<V, S, S, F>;
  /**
   * Windows over the results, of the same keys: hours from minutes. Only the final result of each inner window counts, so
   * these windows wait for the inner ones' allowed lateness.
   */
  window(windows: Windows, settings?: WindowSettings): WindowedStream<WindowResult<P>, F>;
}

export function windowedStream<V, F extends string>(
  plan: LogicalPlan,
  windows: Windows,
  settings: WindowSettings,
): WindowedStream<V, F> {
  const { allowedLatenessMs = 0 } = settings;
  requireMs('allowedLatenessMs', allowedLatenessMs, 0, 'pass hours(1)');
  const emission = emissionOf(settings);
  return Object.freeze({
    aggregate<const A extends Readonly<Record<string, Aggregate<V>>>>(aggregates: A) {
      const { keyFields } = lastKeyByOf(plan);
      const names = Object.keys(aggregates);
      requireSetting('aggregates', names, names.length > 0, 'at least one', 'pass { records: count() }');
      requireNames(names, keyFields.length === 1 ? [] : keyFields);
      const list = Object.entries<Aggregate<V>>(aggregates).map(([name, aggregate]): NamedAggregate =>
        Object.freeze({ name, aggregate }),
      );
      requireRowFits(list);
      const columns = Object.freeze([...keyColumns(keyFields), ...list.map(columnOf)]);
      return resultStream<V, ResultOf<A>, PresentOf<A>, F>(
        withNode(plan, {
          kind: 'window',
          windows,
          allowedLatenessMs,
          emission,
          aggregates: Object.freeze(list),
          columns,
        }),
      );
    },
  });
}

function emissionOf({ trigger, accumulation = 'accumulating', finalOnly = false }: WindowSettings): Emission {
  requireSetting(
    'accumulation',
    accumulation,
    ['accumulating', 'discarding', 'retracting'].includes(accumulation),
    "'accumulating', 'discarding' or 'retracting'",
    'leave it out for accumulating',
  );
  if (finalOnly) {
    const plain = trigger === undefined && accumulation === 'accumulating';
    requireSetting(
      'finalOnly',
      { trigger, accumulation },
      plain,
      'without a trigger and accumulating: there is one result per window',
      'leave one of the two out',
    );
  }
  return Object.freeze({
    early: trigger?.early,
    late: trigger?.late ?? DEFAULT_EMISSION.late,
    accumulation,
    finalOnly,
  });
}

export function resultStream<V, R, P, F extends string>(plan: LogicalPlan): ResultStream<V, R, P, F> {
  return Object.freeze({
    ...outputStream<V, R, F, P>(plan),
    filter: (isWanted: (values: R) => boolean) =>
      resultStream<V, R, P, F>(withNode(plan, { kind: 'filter', isWanted })),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) =>
      resultStream<V, S, S, F>(withNode(plan, { kind: 'map', change, columns: columnsOf(types) })),
    window: (windows: Windows, settings: WindowSettings = {}) =>
      windowedStream<WindowResult<P>, F>(withFinalResults(plan, 'a window over its results'), windows, settings),
  });
}

function columnOf({ name, aggregate }: NamedAggregate): ResultColumn {
  return { name, type: aggregate.aggregator.resultType ?? 'json', descriptor: aggregate.descriptor };
}
