import type { Aggregate } from '../aggregate/aggregate.ts';
import { requireRowFits } from '../aggregate/row-size.ts';
import { requireMs, requireSetting, TidemarkError } from '../errors.ts';
import { hours, minutes } from '../time/duration.ts';
import type { WindowAssigner } from '../window/window-assigner.ts';
import type { EventTime, SinkSpec, Source, Topology } from './topology.ts';

export interface EventTimeSettings {
  /** How far behind the newest event a record may come and still be in time, 0 or more. */
  readonly maxOutOfOrdernessMs: number;
  /** After how much quiet a partition counts as idle, above 0. @default minutes(1) */
  readonly idleTimeoutMs?: number;
  /** How far ahead of its arrival an event may be dated, 0 or more (PL-14). @default hours(1) */
  readonly maxClockSkewMs?: number;
}

export interface WindowSettings {
  /** How long after its end a window still takes late records, 0 or more. @default 0 */
  readonly allowedLatenessMs?: number;
}

/** A pipeline that is complete: what a file in `pipelines/` exports by default. */
export interface Pipeline<V = unknown, Result = unknown> {
  readonly topology: Topology;
  /** For types only, never set: what a record is, and what a result's values are. */
  readonly types?: { readonly record: V; readonly result: Result };
}

type ResultOf<A> = { readonly [K in keyof A]: A[K] extends Aggregate<never, infer Out> ? Out : never };

/** Names that result rows bear already, and the one that no plain object can bear. */
const RESERVED = ['id', 'key', 'windowStartMs', 'windowEndMs', 'revision', 'values', '__proto__'];
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

export interface UntimedStream<V, K extends string> {
  /**
   * Says when a record happened, and how late it may come.
   *
   * @example .eventTime((flight) => flight.date, { maxOutOfOrdernessMs: minutes(30) })
   */
  eventTime(timestampExtractor: (value: V) => number, settings: EventTimeSettings): TimedStream<V, K>;
}

export interface TimedStream<V, K extends string> {
  /** Groups records. The field must be the source's partition key, so that each key lives in one partition (PL-26). */
  keyBy(field: K): KeyedStream<V>;
}

export interface KeyedStream<V> {
  /** @example .window(tumbling({ sizeMs: hours(1) }), { allowedLatenessMs: hours(6) }) */
  window(assigner: WindowAssigner, settings?: WindowSettings): WindowedStream<V>;
}

export interface WindowedStream<V> {
  /** @example .aggregate({ departures: count(), meanDelayMin: mean('delay') }) */
  aggregate<const A extends Readonly<Record<string, Aggregate<V>>>>(aggregates: A): AggregatedStream<V, ResultOf<A>>;
}

export interface AggregatedStream<V, Result> {
  /** Where results go. Late records and dead letters always go to the lake's own folders. */
  to(...sinks: readonly [SinkSpec, ...SinkSpec[]]): Pipeline<V, Result>;
}

/**
 * Begins the definition of a pipeline. Every call returns a frozen value; nothing runs until it is deployed or started.
 *
 * @param name lower case letters, digits and hyphens, 63 at most: names tables, folders and metrics
 * @throws INVALID_SETTING at the call that got a wrong setting
 */
export function pipeline(name: string): { source<V, const K extends string>(source: Source<V> & { readonly partitionKey: K }): UntimedStream<V, K> } {
  requireSetting('pipeline name', name, NAME.test(name), 'lower case letters, digits and hyphens, beginning with a letter, at most 63', "pass a name such as 'flights'");
  return Object.freeze({ source: <V, const K extends string>(source: Source<V> & { readonly partitionKey: K }) => untimed<V, K>(name, source) });
}

function untimed<V, K extends string>(name: string, source: Source<V>): UntimedStream<V, K> {
  return Object.freeze({
    eventTime(timestampExtractor: (value: V) => number, settings: EventTimeSettings) {
      const { maxOutOfOrdernessMs, idleTimeoutMs = minutes(1), maxClockSkewMs = hours(1) } = settings;
      requireSetting('timestampExtractor', timestampExtractor, typeof timestampExtractor === 'function', 'a function', 'pass (record) => record.timeMs');
      requireMs('maxOutOfOrdernessMs', maxOutOfOrdernessMs, 0, 'pass minutes(1)');
      requireMs('idleTimeoutMs', idleTimeoutMs, 1, 'pass minutes(1)');
      requireMs('maxClockSkewMs', maxClockSkewMs, 0, 'pass minutes(5)');
      return timed<V, K>(name, source, Object.freeze({ timestampExtractor, maxOutOfOrdernessMs, idleTimeoutMs, maxClockSkewMs }));
    },
  });
}

function timed<V, K extends string>(name: string, source: Source<V>, eventTime: EventTime<V>): TimedStream<V, K> {
  return Object.freeze({
    keyBy(field: K) {
      if (field !== source.partitionKey) {
        throw new TidemarkError('invalid', 'KEY_IS_NOT_PARTITION_KEY', `keyBy must be the source's partition key ${JSON.stringify(source.partitionKey)}, got ${JSON.stringify(field)}; use ${JSON.stringify(field)} as the partition key in the producers and in the source`);
      }
      return keyed({ name, source, eventTime, keyField: field });
    },
  });
}

function keyed<V>(base: Pick<Topology<V>, 'name' | 'source' | 'eventTime' | 'keyField'>): KeyedStream<V> {
  return Object.freeze({
    window(window: WindowAssigner, { allowedLatenessMs = 0 }: WindowSettings = {}) {
      requireMs('allowedLatenessMs', allowedLatenessMs, 0, 'pass hours(1)');
      return windowed({ ...base, window, allowedLatenessMs });
    },
  });
}

function windowed<V>(base: Omit<Topology<V>, 'aggregates' | 'sinks'>): WindowedStream<V> {
  return Object.freeze({
    aggregate<const A extends Readonly<Record<string, Aggregate<V>>>>(aggregates: A) {
      const names = Object.keys(aggregates);
      requireSetting('aggregates', names, names.length > 0, 'at least one', 'pass { records: count() }');
      for (const reserved of names.filter((given) => RESERVED.includes(given))) {
        requireSetting('aggregate name', reserved, false, `none of ${RESERVED.join(', ')}`, 'choose another name');
      }
      const list = Object.entries<Aggregate<V>>(aggregates).map(([field, aggregate]) => Object.freeze({ name: field, aggregate }));
      requireRowFits(list);
      return aggregated<V, ResultOf<A>>({ ...base, aggregates: Object.freeze(list) });
    },
  });
}

function aggregated<V, Result>(base: Omit<Topology<V>, 'sinks'>): AggregatedStream<V, Result> {
  return Object.freeze({
    to(...sinks: readonly SinkSpec[]): Pipeline<V, Result> {
      const kinds = sinks.map(({ kind }) => kind);
      for (const sink of sinks) {
        const feedsItself = sink.kind === 'stream' && base.source.kind === 'kinesis' && sink.stream === base.source.stream;
        requireSetting('stream', kinds, !feedsItself, 'another stream than the source', 'a pipeline that reads its own results never ends');
      }
      requireSetting('sinks', kinds, kinds.length > 0 && new Set(kinds).size === kinds.length, 'at least one, each kind once', 'pass resultTable()');
      const topology: Topology<V> = Object.freeze({ ...base, sinks: Object.freeze([...sinks]) });
      // The compiler has checked that all parts fit one record type; from here on nobody needs to know it.
      return Object.freeze({ topology: topology as Topology });
    },
  });
}
