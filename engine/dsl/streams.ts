/** The calls of the DSL between a pipeline's source and its window, each a frozen value. */
import type { Aggregate, ResultType } from '../aggregate/aggregate.ts';
import { requireRowFits } from '../aggregate/row-size.ts';
import { requireMs, requireSetting, TidemarkError } from '../errors.ts';
import { DEFAULT_EMISSION, type Accumulation, type Emission, type Trigger } from '../window/emission.ts';
import type { NamedAggregate, Windows } from '../window/windows.ts';
import { toTopology, having, changing, type Draft } from './draft.ts';
import type { Pipeline } from './pipeline.ts';
import type { ResultColumn, SinkSpec } from './topology.ts';
import { branching, chain, filtering, flatMapping, mapping, type Transform } from './transform.ts';

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
   * Groups records. The first field must be the source's partition key, so that each key lives in one partition (PL-26).
   *
   * @example .keyBy('origin') · .keyBy('origin', 'carrier')
   */
  keyBy(field: K, ...more: ReadonlyArray<KeyField<V>>): KeyedStream<V>;
}

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

export interface KeyedStream<V> {
  /** @example .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(6) }) */
  window(windows: Windows, settings?: WindowSettings): WindowedStream<V>;
}

export type ResultOf<A> = { readonly [K in keyof A]: A[K] extends Aggregate<never, infer Out> ? Out : never };

export interface WindowedStream<V> {
  /** @example .aggregate({ departures: count(), meanDelayMin: mean('delay') }) */
  aggregate<const A extends Readonly<Record<string, Aggregate<V>>>>(aggregates: A): ResultStream<V, ResultOf<A>>;
}

export type ResultTypes<S> = { readonly [F in keyof S & string]: ResultType };

/** What a second window over the results of a first one sees. */
export type WindowResult<R> = R & { readonly windowStartMs: number; readonly windowEndMs: number };

export interface ResultStream<V, R> {
  /** Leaves results out (SQL's `having`). A result that does not pass any more after a late record is taken back. */
  filter(isWanted: (values: R) => boolean): ResultStream<V, R>;
  /**
   * Changes the values of results.
   *
   * @param types what each value is, for tables with typed columns
   * @example .map(({ paid, visits }) => ({ conversion: paid / visits }), { conversion: 'number' })
   */
  map<S extends Readonly<Record<string, unknown>>>(change: (values: R) => S, types: ResultTypes<S>): ResultStream<V, S>;
  /**
   * Windows over the results, of the same keys: hours from minutes. Only the final result of each inner window counts, so
   * these windows wait for the inner ones' allowed lateness.
   */
  window(windows: Windows, settings?: WindowSettings): WindowedStream<WindowResult<R>>;
  /** Where results go. Late records and dead letters always go to the lake's own folders. */
  to(...sinks: readonly [SinkSpec, ...SinkSpec[]]): Pipeline<V, R>;
}

/** Names that result rows bear already, and the one that no plain object can bear. */
const RESERVED = ['id', 'key', 'windowStartMs', 'windowEndMs', 'revision', 'sequence', 'retracted', 'values', '__proto__'];
const OUTPUT_NAME = /^[a-z][a-z0-9-]{0,62}$/;
/** Folders of the lake that have a meaning already. */
const RESERVED_OUTPUTS = ['results', 'late', 'dead-letters'];

export function timedStream<V, K extends string>(draft: Draft): TimedStream<V, K> {
  const then = <W>(transform: Transform, more: Partial<Draft> = {}) => timedStream<W, K>({ ...draft, ...more, transform: chain(draft.transform, transform) });
  return Object.freeze({
    map: <W>(change: (value: V) => W) => then<W>(mapping(change)),
    filter: (isWanted: (value: V) => boolean) => then<V>(filtering(isWanted)),
    flatMap: <W>(change: (value: V) => Iterable<W>) => then<W>(flatMapping(change)),
    branch(output: string, isWanted: (value: V) => boolean) {
      requireOutput(output, draft.sideOutputs);
      return then<V>(branching(output, isWanted), { sideOutputs: [...draft.sideOutputs, output] });
    },
    keyBy(field: K, ...more: ReadonlyArray<KeyField<V>>) {
      const { partitionKey } = draft.source;
      if (field !== partitionKey) {
        throw new TidemarkError('invalid', 'KEY_IS_NOT_PARTITION_KEY', `keyBy must begin with the source's partition key ${JSON.stringify(partitionKey)}, got ${JSON.stringify(field)}; use ${JSON.stringify(field)} as the partition key in the producers and in the source`);
      }
      const keyFields = [field, ...more];
      requireSetting('keyBy', keyFields, new Set(keyFields).size === keyFields.length, 'each field once', 'name a field once');
      return keyedStream<V>({ ...draft, keyFields: Object.freeze(keyFields) });
    },
  });
}

function requireOutput(output: string, known: readonly string[]): void {
  requireSetting('output', output, OUTPUT_NAME.test(output) && !RESERVED_OUTPUTS.includes(output), `lower case letters, digits and hyphens, and none of ${RESERVED_OUTPUTS.join(', ')}`, "pass a name such as 'refunds'");
  requireSetting('output', output, !known.includes(output), 'a name that is not taken', 'choose another name');
}

function keyedStream<V>(draft: Draft): KeyedStream<V> {
  return Object.freeze({ window: (windows: Windows, settings: WindowSettings = {}) => windowedStream<V>(draft, windows, settings) });
}

function windowedStream<V>(draft: Draft, windows: Windows, settings: WindowSettings): WindowedStream<V> {
  const { allowedLatenessMs = 0 } = settings;
  requireMs('allowedLatenessMs', allowedLatenessMs, 0, 'pass hours(1)');
  const emission = emissionOf(settings);
  return Object.freeze({
    aggregate<const A extends Readonly<Record<string, Aggregate<V>>>>(aggregates: A) {
      const names = Object.keys(aggregates);
      requireSetting('aggregates', names, names.length > 0, 'at least one', 'pass { records: count() }');
      requireNames(names, draft.keyFields.length === 1 ? [] : draft.keyFields);
      const list = Object.entries<Aggregate<V>>(aggregates).map(([name, aggregate]): NamedAggregate => Object.freeze({ name, aggregate }));
      requireRowFits(list);
      return resultStream<V, ResultOf<A>>(draft, { windows, allowedLatenessMs, emission, aggregates: Object.freeze(list), columns: [...keyColumns(draft.keyFields), ...list.map(columnOf)] }, undefined);
    },
  });
}

function requireNames(names: readonly string[], taken: readonly string[]): void {
  const reserved = [...RESERVED, ...taken];
  for (const name of names.filter((given) => reserved.includes(given))) {
    requireSetting('result name', name, false, `none of ${reserved.join(', ')}`, 'choose another name');
  }
}

function emissionOf({ trigger, accumulation = 'accumulating', finalOnly = false }: WindowSettings): Emission {
  requireSetting('accumulation', accumulation, ['accumulating', 'discarding', 'retracting'].includes(accumulation), "'accumulating', 'discarding' or 'retracting'", 'leave it out for accumulating');
  if (finalOnly) {
    const plain = trigger === undefined && accumulation === 'accumulating';
    requireSetting('finalOnly', { trigger, accumulation }, plain, 'without a trigger and accumulating: there is one result per window', 'leave one of the two out');
  }
  return Object.freeze({ early: trigger?.early, late: trigger?.late ?? DEFAULT_EMISSION.late, accumulation, finalOnly });
}

interface PendingWindow {
  readonly windows: Windows;
  readonly allowedLatenessMs: number;
  readonly emission: Emission;
  readonly aggregates: readonly NamedAggregate[];
  readonly columns: readonly ResultColumn[];
}

function resultStream<V, R>(draft: Draft, pending: PendingWindow, transform: Draft['resultTransforms'][number]): ResultStream<V, R> {
  return Object.freeze({
    filter: (isWanted: (values: R) => boolean) => resultStream<V, R>(draft, pending, having(transform, isWanted)),
    map: <S>(change: (values: R) => S, types: ResultTypes<S>) => {
      const columns = Object.entries<ResultType>(types).map(([name, type]) => ({ name, type, descriptor: 'map' }));
      requireNames(columns.map(({ name }) => name), []);
      return resultStream<V, S>(draft, { ...pending, columns }, changing(transform, change as never));
    },
    window(windows: Windows, settings: WindowSettings = {}) {
      const { emission } = pending;
      const isPlain = emission.early === undefined && emission.late === DEFAULT_EMISSION.late && emission.accumulation === 'accumulating';
      requireSetting('inner window', pending.windows.descriptor, isPlain && pending.windows.results === 'bounded', 'bounded by time and without a trigger: a window over its results takes each one once', 'leave the trigger out');
      const inner = { ...pending, emission: Object.freeze({ ...emission, finalOnly: true }) };
      return windowedStream<WindowResult<R>>(withOperator(draft, inner, transform), windows, settings);
    },
    to(...sinks: readonly SinkSpec[]): Pipeline<V, R> {
      const kinds = sinks.map(({ kind }) => kind);
      for (const sink of sinks) {
        const feedsItself = sink.kind === 'stream' && draft.source.kind === 'kinesis' && sink.stream === draft.source.stream;
        requireSetting('stream', kinds, !feedsItself, 'another stream than the source', 'a pipeline that reads its own results never ends');
      }
      requireSetting('sinks', kinds, kinds.length > 0 && new Set(kinds).size === kinds.length, 'at least one, each kind once', 'pass resultTable()');
      const isLossy = pending.emission.accumulation === 'discarding' && pending.windows.results === 'bounded' && kinds.includes('resultTable');
      requireSetting('accumulation', pending.emission.accumulation, !isLossy, "'accumulating' or 'retracting' for a result table: it keeps the newest result of a window only", 'send parts to the lake');
      return Object.freeze({ topology: toTopology(withOperator(draft, pending, transform), sinks) });
    },
  });
}

function withOperator(draft: Draft, { windows, allowedLatenessMs, emission, aggregates, columns }: PendingWindow, transform: Draft['resultTransforms'][number]): Draft {
  const id = draft.operators.length === 0 ? 'window' : `window${draft.operators.length + 1}`;
  return {
    ...draft,
    operators: [...draft.operators, windows.operator({ id, allowedLatenessMs, emission, aggregates })],
    resultTransforms: [...draft.resultTransforms, transform],
    results: {
      identity: windows.results === 'bounded' ? 'window' : 'sequence',
      columns,
      windowMs: windows.sizeMs,
      allowedLatenessMs,
    },
  };
}

/** A key of several fields is hard to read: its parts are values too. */
function keyColumns(keyFields: readonly string[]): ResultColumn[] {
  return keyFields.length === 1 ? [] : keyFields.map((name) => ({ name, type: 'text', descriptor: `key(${name})` }));
}

function columnOf({ name, aggregate }: NamedAggregate): ResultColumn {
  return { name, type: aggregate.aggregator.resultType ?? 'json', descriptor: aggregate.descriptor };
}
