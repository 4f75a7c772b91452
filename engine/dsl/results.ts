/** The calls of the DSL behind an aggregation or a process function, each a frozen value. */
import type { ResultType } from '../aggregate/aggregate.ts';
import { requireSetting } from '../errors.ts';
import type { Operator } from '../operator.ts';
import { RESERVED_NAMES } from '../outputs.ts';
import { isPlain } from '../window/emission.ts';
import type { WindowedAggregation, Windows } from '../window/windows.ts';
import { changing, having, toTopology, type Draft, type ResultTransform } from './draft.ts';
import type { Pipeline } from './pipeline.ts';
import { windowedStream, type WindowedStream, type WindowSettings } from './streams.ts';
import type { ResultColumn, ResultShape, SinkSpec } from './topology.ts';

export type ResultTypes<S> = { readonly [F in keyof S & string]: ResultType };

/** What a second window over the results of a first one sees. */
export type WindowResult<R> = R & { readonly windowStartMs: number; readonly windowEndMs: number };

/** Results on their way out. */
export interface OutputStream<V, R> {
  /** Leaves results out (SQL's `having`). A result that does not pass any more after a late record is taken back. */
  filter(isWanted: (values: R) => boolean): OutputStream<V, R>;
  /**
   * Changes the values of results.
   *
   * @param types what each value is, for tables with typed columns
   * @example .map(({ paid, visits }) => ({ conversion: paid / visits }), { conversion: 'number' })
   */
  map<S extends Readonly<Record<string, unknown>>>(change: (values: R) => S, types: ResultTypes<S>): OutputStream<V, S>;
  /** Where results go. Late records and dead letters always go to the lake's own folders. */
  to(...sinks: readonly [SinkSpec, ...SinkSpec[]]): Pipeline<V, R>;
}

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

export function requireNames(names: readonly string[], taken: readonly string[]): void {
  const reserved = [...RESERVED_NAMES, ...taken];
  for (const name of names.filter((given) => reserved.includes(given))) {
    requireSetting('result name', name, false, `none of ${reserved.join(', ')}`, 'choose another name');
  }
}

/** What is known of a pipeline's last operator before its results have been shaped. */
export interface PendingResults {
  readonly operator: Operator;
  readonly shape: ResultShape;
  readonly transform: ResultTransform | undefined;
  /** Its results are parts: keeping the newest only would lose the others. */
  readonly isPartial: boolean;
}

/** A window with its aggregates: may yet become the inner one of two. */
export interface PendingWindow {
  readonly windows: Windows;
  readonly aggregation: Omit<WindowedAggregation, 'id'>;
  readonly columns: readonly ResultColumn[];
  readonly transform: ResultTransform | undefined;
}

export function resultStream<V, R, P = R>(draft: Draft, pending: PendingWindow): ResultStream<V, R, P> {
  return Object.freeze({
    filter: (isWanted: (values: R) => boolean) => resultStream<V, R, P>(draft, { ...pending, transform: having(pending.transform, isWanted) }),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) =>
      resultStream<V, S>(draft, { ...pending, columns: columnsOf(types), transform: changing(pending.transform, change as never) }),
    window(windows: Windows, settings: WindowSettings = {}) {
      requireSetting('inner window', pending.windows.descriptor, isPlain(pending.aggregation.emission) && pending.windows.results === 'bounded', 'bounded by time and without a trigger: a window over its results takes each one once', 'leave the trigger out');
      const aggregation = { ...pending.aggregation, emission: Object.freeze({ ...pending.aggregation.emission, finalOnly: true }) };
      return windowedStream<WindowResult<P>>(withResults(draft, resultsOf(draft, { ...pending, aggregation })), windows, settings);
    },
    to: (...sinks: readonly SinkSpec[]) => toPipeline<V, R>(draft, resultsOf(draft, pending), sinks),
  });
}

export function outputStream<V, R>(draft: Draft, pending: PendingResults): OutputStream<V, R> {
  return Object.freeze({
    filter: (isWanted: (values: R) => boolean) => outputStream<V, R>(draft, { ...pending, transform: having(pending.transform, isWanted) }),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) =>
      outputStream<V, S>(draft, { ...pending, shape: { ...pending.shape, columns: columnsOf(types) }, transform: changing(pending.transform, change as never) }),
    to: (...sinks: readonly SinkSpec[]) => toPipeline<V, R>(draft, pending, sinks),
  });
}

/** @throws INVALID_SETTING for a name that a result bears already */
export function columnsOf(types: Readonly<Record<string, ResultType>>): ResultColumn[] {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type, descriptor: name }));
  requireNames(columns.map(({ name }) => name), []);
  return columns;
}

function resultsOf(draft: Draft, { windows, aggregation, columns, transform }: PendingWindow): PendingResults {
  const before = draft.operators.filter((operator) => operator.id.startsWith('window')).length;
  const id = before === 0 ? 'window' : `window${before + 1}`;
  const { allowedLatenessMs, emission } = aggregation;
  return {
    operator: windows.operator({ ...aggregation, id }),
    shape: { identity: windows.results === 'bounded' ? 'window' : 'sequence', columns, windowMs: windows.sizeMs, allowedLatenessMs },
    transform,
    isPartial: emission.accumulation === 'discarding' && windows.results === 'bounded',
  };
}

function withResults(draft: Draft, { operator, shape, transform }: PendingResults): Draft {
  const unshaped = draft.operators.map((_, i) => draft.resultTransforms[i]);
  return { ...draft, operators: [...draft.operators, operator], resultTransforms: [...unshaped, transform], results: shape };
}

function toPipeline<V, R>(draft: Draft, pending: PendingResults, sinks: readonly SinkSpec[]): Pipeline<V, R> {
  const kinds = sinks.map(({ kind }) => kind);
  for (const sink of sinks) {
    const feedsItself = sink.kind === 'stream' && draft.source.kind === 'kinesis' && sink.stream === draft.source.stream;
    requireSetting('stream', kinds, !feedsItself, 'another stream than the source', 'a pipeline that reads its own results never ends');
  }
  requireSetting('sinks', kinds, kinds.length > 0 && new Set(kinds).size === kinds.length, 'at least one, each kind once', 'pass resultTable()');
  requireSetting('accumulation', 'discarding', !(pending.isPartial && kinds.includes('resultTable')), "'accumulating' or 'retracting' for a result table: it keeps the newest result of a window only", 'send parts to the lake');
  return Object.freeze({ topology: toTopology(withResults(draft, pending), sinks) });
}
