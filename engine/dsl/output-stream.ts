/** The calls of the DSL behind the last operator. */
import type { ResultType } from '../aggregate/aggregate.ts';
import { requireSetting } from '../errors.ts';
import { RESERVED_NAMES } from '../outputs.ts';
import { sourceOf, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import type { WindowNode } from '../plan/node.ts';
import type { ExchangeSettings } from './exchange-settings.ts';
import { keyedAgain } from './keyed-again.ts';
import { keyAllNode, keyByNode, type ComputedKeySettings, type KeyByArguments } from './keys.ts';
import { pipelineOf, type Pipeline } from './pipeline-of.ts';
import { keyedStream, type KeyedStream } from './streams.ts';
import type { ResultColumn } from '../plan/results.ts';
import type { SinkSpec } from '../plan/sink.ts';

export type ResultTypes<S> = { readonly [F in keyof S & string]: ResultType };

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
  keyAll(settings?: Pick<ExchangeSettings, 'name'>): KeyedStream<KeyedResult<P, F>, 'all'>;
  /** Where results go. Late records and dead letters always go to the lake's own folders. */
  to(...sinks: readonly [SinkSpec, ...SinkSpec[]]): Pipeline<V, R>;
}

export function outputStream<V, R, F extends string = never, P = R>(plan: LogicalPlan): OutputStream<V, R, F, P> {
  return Object.freeze({
    filter: (isWanted: (values: R) => boolean) =>
      outputStream<V, R, F, P>(withNode(plan, { kind: 'filter', isWanted })),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) =>
      outputStream<V, S, F>(withNode(plan, { kind: 'map', change, columns: columnsOf(types) })),
    keyBy: (...given: KeyByArguments) => keyedStream(keyedAgain(plan, keyByNode(undefined, given))) as never,
    keyAll: (settings?: Pick<ExchangeSettings, 'name'>) =>
      keyedStream<KeyedResult<P, F>, 'all'>(keyedAgain(plan, keyAllNode(settings))),
    to: (...sinks: readonly SinkSpec[]) => toPipeline<V, R>(plan, sinks),
  });
}

export function requireNames(names: readonly string[], taken: readonly string[]): void {
  const reserved = [...RESERVED_NAMES, ...taken];
  for (const name of names.filter((given) => reserved.includes(given))) {
    requireSetting('result name', name, false, `none of ${reserved.join(', ')}`, 'choose another name');
  }
}

/** @throws INVALID_SETTING for a name that a result bears already */
export function columnsOf(types: Readonly<Record<string, ResultType>>): ResultColumn[] {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type, descriptor: name }));
  requireNames(
    columns.map(({ name }) => name),
    [],
  );
  return columns;
}

/** A key of several fields is hard to read: its parts are values too. */
export function keyColumns(keyFields: readonly string[]): ResultColumn[] {
  return keyFields.length === 1 ? [] : keyFields.map((name) => ({ name, type: 'text', descriptor: `key(${name})` }));
}

export function toPipeline<V, R>(plan: LogicalPlan, sinks: readonly SinkSpec[]): Pipeline<V, R> {
  const { source } = sourceOf(plan);
  const kinds = sinks.map(({ kind }) => kind);
  for (const sink of sinks) {
    const feedsItself = sink.kind === 'stream' && source.kind === 'kinesis' && sink.stream === source.stream;
    requireSetting(
      'stream',
      kinds,
      !feedsItself,
      'another stream than the source',
      'a pipeline that reads its own results never ends',
    );
  }
  requireSetting(
    'sinks',
    kinds,
    kinds.length > 0 && new Set(kinds).size === kinds.length,
    'at least one, each kind once',
    'pass resultTable()',
  );
  requireSetting(
    'accumulation',
    'discarding',
    !(givesParts(plan) && kinds.includes('resultTable')),
    "'accumulating' or 'retracting' for a result table: it keeps the newest result of a window only",
    'send parts to the lake',
  );
  return pipelineOf<V, R>(sinks.reduce((before, sink) => withNode(before, { kind: 'sink', sink }), plan));
}

/** Whether results are parts: who keeps the newest only would lose the others. */
function givesParts(plan: LogicalPlan): boolean {
  const last = lastWindowOf(plan);
  return last?.emission.accumulation === 'discarding' && last.windows.results === 'bounded';
}

export function lastWindowOf({ nodes }: LogicalPlan): WindowNode | undefined {
  return nodes.findLast((node) => node.kind === 'window');
}
