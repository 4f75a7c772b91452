/** The calls of the DSL behind an aggregation or a process function, each a frozen value. */
import type { ResultType } from '../aggregate/aggregate.ts';
import { requireSetting } from '../errors.ts';
import { RESERVED_NAMES } from '../outputs.ts';
import { sourceOf, withChanged, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import type { WindowNode } from '../plan/node.ts';
import { isPlain } from '../window/emission.ts';
import type { Windows } from '../window/windows.ts';
import { pipelineOf, type Pipeline } from './pipeline-of.ts';
import { windowedStream, type WindowedStream, type WindowSettings } from './streams.ts';
import type { ResultColumn, SinkSpec } from './topology.ts';

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

export function resultStream<V, R, P = R>(plan: LogicalPlan): ResultStream<V, R, P> {
  return Object.freeze({
    filter: (isWanted: (values: R) => boolean) => resultStream<V, R, P>(withNode(plan, { kind: 'filter', isWanted })),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) => resultStream<V, S>(withNode(plan, { kind: 'map', change, columns: columnsOf(types) })),
    window: (windows: Windows, settings: WindowSettings = {}) => windowedStream<WindowResult<P>>(withFinalResults(plan), windows, settings),
    to: (...sinks: readonly SinkSpec[]) => toPipeline<V, R>(plan, sinks),
  });
}

export function outputStream<V, R>(plan: LogicalPlan): OutputStream<V, R> {
  return Object.freeze({
    filter: (isWanted: (values: R) => boolean) => outputStream<V, R>(withNode(plan, { kind: 'filter', isWanted })),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) => outputStream<V, S>(withNode(plan, { kind: 'map', change, columns: columnsOf(types) })),
    to: (...sinks: readonly SinkSpec[]) => toPipeline<V, R>(plan, sinks),
  });
}

/** A window over results takes each one once: the windows before it give theirs when they close. */
function withFinalResults(plan: LogicalPlan): LogicalPlan {
  const inner = lastWindowOf(plan) as WindowNode;
  const { windows, emission } = inner;
  requireSetting('inner window', windows.descriptor, isPlain(emission) && windows.results === 'bounded', 'bounded by time and without a trigger: a window over its results takes each one once', 'leave the trigger out');
  return withChanged(plan, { ...inner, emission: Object.freeze({ ...emission, finalOnly: true }) });
}

/** @throws INVALID_SETTING for a name that a result bears already */
export function columnsOf(types: Readonly<Record<string, ResultType>>): ResultColumn[] {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type, descriptor: name }));
  requireNames(columns.map(({ name }) => name), []);
  return columns;
}

function toPipeline<V, R>(plan: LogicalPlan, sinks: readonly SinkSpec[]): Pipeline<V, R> {
  const { source } = sourceOf(plan);
  const kinds = sinks.map(({ kind }) => kind);
  for (const sink of sinks) {
    const feedsItself = sink.kind === 'stream' && source.kind === 'kinesis' && sink.stream === source.stream;
    requireSetting('stream', kinds, !feedsItself, 'another stream than the source', 'a pipeline that reads its own results never ends');
  }
  requireSetting('sinks', kinds, kinds.length > 0 && new Set(kinds).size === kinds.length, 'at least one, each kind once', 'pass resultTable()');
  requireSetting('accumulation', 'discarding', !(givesParts(plan) && kinds.includes('resultTable')), "'accumulating' or 'retracting' for a result table: it keeps the newest result of a window only", 'send parts to the lake');
  return pipelineOf<V, R>(sinks.reduce((before, sink) => withNode(before, { kind: 'sink', sink }), plan));
}

/** Whether results are parts: who keeps the newest only would lose the others. */
function givesParts(plan: LogicalPlan): boolean {
  const last = lastWindowOf(plan);
  return last?.emission.accumulation === 'discarding' && last.windows.results === 'bounded';
}

function lastWindowOf({ nodes }: LogicalPlan): WindowNode | undefined {
  return nodes.findLast((node) => node.kind === 'window');
}
