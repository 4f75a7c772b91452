/** The calls of the DSL between a pipeline's source and its window, each a frozen value. */
import type { ResultType } from '../aggregate/aggregate.ts';
import { requireMs, requireSetting } from '../errors.ts';
import {
  lastKeyByOf,
  sideOutputsOf,
  sourceOf,
  withNode,
  type LogicalPlan,
  type NewNode,
} from '../plan/logical-plan.ts';
import type { ProcessFunction, ValuesOf } from '../process/process-function.ts';
import type { StateDescriptor } from '../process/state-descriptors.ts';
import type { Windows } from '../window/windows.ts';
import { requireExchangeable, type ExchangeSettings } from './exchange-settings.ts';
import { keyAllNode, keyByNode, type ComputedKeySettings, type KeyByArguments } from './keys.ts';
import { columnsOf, keyColumns, outputStream, type OutputStream } from './output-stream.ts';
import { windowedStream, type WindowedStream, type WindowSettings } from './windowed-stream.ts';

/** Fields of a record that may be part of a key: texts and numbers. */
export type KeyField<V> = { [F in keyof V & string]: V[F] extends string | number ? F : never }[keyof V & string];

export interface TimedStream<V, K extends string> {
  /** Changes a record. The field that is the partition key must stay. */
  map<W extends Readonly<Record<K, string | number>>>(change: (value: V) => W): TimedStream<W, K>;
  /** Leaves records out: they count as processed, and move time on. */
  filter(isWanted: (value: V) => boolean): TimedStream<V, K>;
  /** Makes none, one or several of a record; all are taken, or none. */
  flatMap<W extends Readonly<Record<K, string | number>>>(change: (value: V) => Iterable<W>): TimedStream<W, K>;
  /** Sends records aside, to the lake's folder `output`; the others go on. */
  branch(output: string, isWanted: (value: V) => boolean): TimedStream<V, K>;
  /**
   * Groups records. Where the first field is the source's partition key, a key lives in one partition already. By anything
   * else rows go through an exchange to the receiver that has the key, which costs a second commit.
   *
   * @example .keyBy('origin') · .keyBy('origin', 'carrier') · .keyBy('destination', { receivers: [8] })
   * @example .keyBy((flight) => `${flight.origin}-${flight.destination}`, { name: 'route' })
   */
  keyBy<const F extends KeyField<V>>(...fields: readonly [F, ...F[]]): KeyedStream<V, F>;
  keyBy<const F extends KeyField<V>>(...fieldsAndExchange: readonly [F, ...F[], ExchangeSettings]): KeyedStream<V, F>;
  keyBy<const N extends string>(
    keyOf: (value: V) => string | number,
    settings: ComputedKeySettings & { readonly name: N },
  ): KeyedStream<V, N>;
  /** One group of all records, with the key `all`: its rows go through an exchange to one receiver. */
  keyAll(settings?: Pick<ExchangeSettings, 'name'>): KeyedStream<V, 'all'>;
}

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

const OUTPUT_NAME = /^[a-z][a-z0-9-]{0,62}$/;

export function timedStream<V, K extends string>(plan: LogicalPlan): TimedStream<V, K> {
  const then = <W>(node: NewNode) => timedStream<W, K>(withNode(plan, node));
  return Object.freeze({
    map: <W>(change: (value: V) => W) => then<W>({ kind: 'map', change }),
    filter: (isWanted: (value: V) => boolean) => then<V>({ kind: 'filter', isWanted }),
    flatMap: <W>(change: (value: V) => Iterable<W>) => then<W>({ kind: 'flatMap', change }),
    branch(output: string, isWanted: (value: V) => boolean) {
      requireOutput(output, sideOutputsOf(plan));
      return then<V>({ kind: 'branch', output, isWanted });
    },
    keyBy: (...given: KeyByArguments) =>
      keyedStream<V>(withNode(plan, keyByNode(sourceOf(plan).source.partitionKey, given))) as never,
    keyAll: (settings?: Pick<ExchangeSettings, 'name'>) => keyedStream<V, 'all'>(withNode(plan, keyAllNode(settings))),
  });
}

function requireOutput(output: string, known: readonly string[]): void {
  requireSetting(
    'output',
    output,
    OUTPUT_NAME.test(output),
    'lower case letters, digits and hyphens, beginning with a letter, at most 63',
    "pass a name such as 'refunds'",
  );
  requireSetting('output', output, !known.includes(output), 'a name that is not taken', 'choose another name');
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
