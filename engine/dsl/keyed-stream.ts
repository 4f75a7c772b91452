/**
 * The calls of the DSL behind a key, each a frozen value. Results may have a key again, so these lead to each other:
 *
 *     keyBy ─► KeyedStream ─► window ─► WindowedStream ─► aggregate ─► ResultStream ─► keyBy …
 *                    └──────► process ──────────────────────────────► OutputStream ─► keyBy …
 */
import type { Aggregate, ResultType } from '../aggregate/aggregate.ts';
import { requireRowFits } from '../aggregate/row-size.ts';
import { requireMs, requireSetting } from '../errors.ts';
import { lastKeyByOf, sideOutputsOf, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import type { ResultColumn } from '../plan/results.ts';
import type { SinkSpec } from '../plan/sink.ts';
import type { ProcessFunction, ValuesOf } from '../process/process-function.ts';
import type { StateDescriptor } from '../process/state-descriptors.ts';
import type { NamedAggregate, Windows } from '../window/windows.ts';
import { columnsOf, keyColumns, requireNames, type ResultTypes } from './columns.ts';
import { requireExchangeable, type ExchangeSettings } from './exchange-settings.ts';
import { withFinalResults } from './final-results.ts';
import { keyedAgain } from './keyed-again.ts';
import { keyAllNode, keyByNode, type ComputedKeySettings, type KeyAllSettings, type KeyByArguments } from './keys.ts';
import type { Pipeline } from './pipeline-of.ts';
import { requireOutput } from './require-output.ts';
import { toPipeline } from './to-pipeline.ts';
import { emissionOf, type WindowSettings } from './window-settings.ts';

/** Grouped by `F`, the fields of the key. */
export interface KeyedStream<V, F extends string = never> {
  /**
   * Lets the first record of an id through, within a key; those that repeat it do nothing.
   *
   * @example .deduplicate({ by: (order) => order.orderId, withinMs: hours(1) })
   */
  deduplicate(settings: DeduplicationSettings<V>): KeyedStream<V, F>;
  /** @example .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(6) }) */
  window(windows: Windows, settings?: WindowSettings): WindowedStream<V, F>;
  /** Your own operator, with state, timers and outputs beside the results. */
  process<
    const D extends Readonly<Record<string, StateDescriptor>>,
    const R extends Readonly<Record<string, ResultType>>,
    const O extends string = never,
  >(
    processFunction: ProcessFunction<V, D, R, O>,
  ): OutputStream<V, ValuesOf<R>, F>;
}

export interface DeduplicationSettings<V> {
  /** What two records have in common that are the same event, e.g. an event id. */
  readonly by: (value: V) => string | number;
  /** For how long an id is remembered, by event time, above 0. */
  readonly withinMs: number;
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

/** What a second key sees of a result: its values, the key by its fields' names, as text, and its window. */
export type KeyedResult<P, F extends string> = P & {
  readonly [K in Exclude<F, keyof P>]: string;
} & { readonly windowStartMs: number; readonly windowEndMs: number };

/** Values of a result that may be part of a key: a result whose value is null becomes a dead letter. */
export type ResultField<P> = {
  [F in keyof P & string]: Exclude<P[F], null> extends string | number ? F : never;
}[keyof P & string];

/** Results on their way out, or to where another key brings them together. */
export interface OutputStream<V, R, F extends string = never, P = R> {
  /** Leaves results out (SQL's `having`). A result that does not pass any more after a late record is taken back. */
  filter(isWanted: (values: R) => boolean): OutputStream<V, R, F, P>;
  /**
   * Changes the values of results.
   *
   * @param types what each value is, for tables with typed columns
   * @example .map(({ paid, visits }) => ({ conversion: paid / visits }), { conversion: 'number' })
   */
  map<S extends Readonly<Record<string, unknown>>>(
    change: (values: R) => S,
    types: ResultTypes<S>,
  ): OutputStream<V, S, F>;
  /**
   * Groups results by another key, through an exchange. Only the final result of each window goes on, when its window closes:
   * as `{ ...values, ...fields of its key, windowStartMs, windowEndMs }`, with the event time `windowEndMs - 1`. A result of a
   * process function has the time of the record or timer that it was emitted for.
   *
   * @example .keyBy('carrier') · .keyBy('windowStartMs') · .keyBy('carrier', { name: 'carriers', receivers: [8] })
   */
  keyBy<const G extends ResultField<KeyedResult<P, F>>>(
    ...fields: readonly [G, ...G[]]
  ): KeyedStream<KeyedResult<P, F>, G>;
  keyBy<const G extends ResultField<KeyedResult<P, F>>>(
    ...fieldsAndExchange: readonly [G, ...G[], ExchangeSettings]
  ): KeyedStream<KeyedResult<P, F>, G>;
  keyBy<const N extends string>(
    keyOf: (result: KeyedResult<P, F>) => string | number,
    settings: ComputedKeySettings & { readonly name: N },
  ): KeyedStream<KeyedResult<P, F>, N>;
  /** One group of all results, with the key `all`, at one receiver. */
  keyAll(settings?: KeyAllSettings): KeyedStream<KeyedResult<P, F>, 'all'>;
  /** Where results go. Late records and dead letters always go to the lake's own folders. */
  to(...sinks: readonly [SinkSpec, ...SinkSpec[]]): Pipeline<V, R>;
}

export function keyedStream<V, F extends string = never>(plan: LogicalPlan): KeyedStream<V, F> {
  return Object.freeze({
    deduplicate({ by, withinMs }: DeduplicationSettings<V>) {
      requireMs('withinMs', withinMs, 1, 'pass hours(1)');
      requireSetting(
        'deduplicate',
        'twice',
        plan.nodes.every(({ kind }) => kind !== 'deduplicate'),
        'called once',
        'make one id of several fields',
      );
      return keyedStream<V, F>(withNode(plan, { kind: 'deduplicate', by, withinMs }));
    },
    window(windows: Windows, settings: WindowSettings = {}) {
      requireExchangeable(lastKeyByOf(plan).exchange, windows);
      return windowedStream<V, F>(plan, windows, settings);
    },
    process<
      D extends Readonly<Record<string, StateDescriptor>>,
      R extends Readonly<Record<string, ResultType>>,
      O extends string,
    >(given: ProcessFunction<V, D, R, O>) {
      const known = sideOutputsOf(plan);
      for (const output of given.outputs ?? []) {
        requireOutput(output, known);
        known.push(output);
      }
      const stateNames = Object.keys(given.state ?? {});
      requireSetting(
        'state',
        stateNames,
        !stateNames.includes('timers'),
        "without the name 'timers'",
        'choose another name',
      );
      const columns = Object.freeze([...keyColumns(lastKeyByOf(plan).keyFields), ...columnsOf(given.results)]);
      return outputStream<V, ValuesOf<R>, F>(
        withNode(plan, { kind: 'process', processFunction: given as never, columns }),
      );
    },
  });
}

function windowedStream<V, F extends string>(
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

function resultStream<V, R, P, F extends string>(plan: LogicalPlan): ResultStream<V, R, P, F> {
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

export function outputStream<V, R, F extends string = never, P = R>(plan: LogicalPlan): OutputStream<V, R, F, P> {
  return Object.freeze({
    filter: (isWanted: (values: R) => boolean) =>
      outputStream<V, R, F, P>(withNode(plan, { kind: 'filter', isWanted })),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) =>
      outputStream<V, S, F>(withNode(plan, { kind: 'map', change, columns: columnsOf(types) })),
    keyBy: (...given: KeyByArguments) => keyedStream(keyedAgain(plan, keyByNode(undefined, given))) as never,
    keyAll: (settings?: KeyAllSettings) =>
      keyedStream<KeyedResult<P, F>, 'all'>(keyedAgain(plan, keyAllNode(settings))),
    to: (...sinks: readonly SinkSpec[]) => toPipeline<V, R>(plan, sinks),
  });
}

function columnOf({ name, aggregate }: NamedAggregate): ResultColumn {
  return { name, type: aggregate.aggregator.resultType ?? 'json', descriptor: aggregate.descriptor };
}
