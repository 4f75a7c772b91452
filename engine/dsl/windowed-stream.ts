/** The calls of the DSL on windows and their results, each a frozen value. */
import type { Aggregate } from '../aggregate/aggregate.ts';
import { requireRowFits } from '../aggregate/row-size.ts';
import { requireMs, requireSetting } from '../errors.ts';
import { keyByOf, withChanged, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import type { WindowNode } from '../plan/node.ts';
import { DEFAULT_EMISSION, isPlain, type Accumulation, type Emission, type Trigger } from '../window/emission.ts';
import type { NamedAggregate, Windows } from '../window/windows.ts';
import {
  columnsOf,
  keyColumns,
  lastWindowOf,
  requireNames,
  toPipeline,
  type OutputStream,
  type ResultTypes,
} from './output-stream.ts';
import type { ResultColumn } from '../plan/results.ts';
import type { SinkSpec } from '../plan/sink.ts';

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

export interface WindowedStream<V> {
  /** @example .aggregate({ departures: count(), meanDelayMin: mean('delay') }) */
  aggregate<const A extends Readonly<Record<string, Aggregate<V>>>>(
    aggregates: A,
  ): ResultStream<V, ResultOf<A>, PresentOf<A>>;
}

/** What a second window over the results of a first one sees. */
export type WindowResult<R> = R & { readonly windowStartMs: number; readonly windowEndMs: number };

/** Results of windows: there may be a second window over them, which sees `P`. */
export interface ResultStream<V, R, P = R> extends OutputStream<V, R> {
  filter(isWanted: (values: R) => boolean): ResultStream<V, R, P>;
  map<S extends Readonly<Record<string, unknown>>>(change: (values: R) => S, types: ResultTypes<S>): ResultStream<V, S>;
  /**
   * Windows over the results, of the same keys: hours from minutes. Only the final result of each inner window counts, so
   * these windows wait for the inner ones' allowed lateness.
   */
  window(windows: Windows, settings?: WindowSettings): WindowedStream<WindowResult<P>>;
}

export function windowedStream<V>(plan: LogicalPlan, windows: Windows, settings: WindowSettings): WindowedStream<V> {
  const { allowedLatenessMs = 0 } = settings;
  requireMs('allowedLatenessMs', allowedLatenessMs, 0, 'pass hours(1)');
  const emission = emissionOf(settings);
  return Object.freeze({
    aggregate<const A extends Readonly<Record<string, Aggregate<V>>>>(aggregates: A) {
      const { keyFields } = keyByOf(plan);
      const names = Object.keys(aggregates);
      requireSetting('aggregates', names, names.length > 0, 'at least one', 'pass { records: count() }');
      requireNames(names, keyFields.length === 1 ? [] : keyFields);
      const list = Object.entries<Aggregate<V>>(aggregates).map(([name, aggregate]): NamedAggregate =>
        Object.freeze({ name, aggregate }),
      );
      requireRowFits(list);
      const columns = Object.freeze([...keyColumns(keyFields), ...list.map(columnOf)]);
      return resultStream<V, ResultOf<A>, PresentOf<A>>(
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

export function resultStream<V, R, P = R>(plan: LogicalPlan): ResultStream<V, R, P> {
  return Object.freeze({
    filter: (isWanted: (values: R) => boolean) => resultStream<V, R, P>(withNode(plan, { kind: 'filter', isWanted })),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) =>
      resultStream<V, S>(withNode(plan, { kind: 'map', change, columns: columnsOf(types) })),
    window: (windows: Windows, settings: WindowSettings = {}) =>
      windowedStream<WindowResult<P>>(withFinalResults(plan), windows, settings),
    to: (...sinks: readonly SinkSpec[]) => toPipeline<V, R>(plan, sinks),
  });
}

/** A window over results takes each one once: the windows before it give theirs when they close. */
function withFinalResults(plan: LogicalPlan): LogicalPlan {
  const inner = lastWindowOf(plan) as WindowNode;
  const { windows, emission } = inner;
  requireSetting(
    'inner window',
    windows.descriptor,
    isPlain(emission) && windows.results === 'bounded',
    'bounded by time and without a trigger: a window over its results takes each one once',
    'leave the trigger out',
  );
  return withChanged(plan, { ...inner, emission: Object.freeze({ ...emission, finalOnly: true }) });
}

function columnOf({ name, aggregate }: NamedAggregate): ResultColumn {
  return { name, type: aggregate.aggregator.resultType ?? 'json', descriptor: aggregate.descriptor };
}
