import { requireMs, requireSetting } from '../errors.ts';
import { hours, minutes } from '../time/duration.ts';
import { noteDefinitionSite } from './definition-site.ts';
import { emptyPlan, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import { requirePipelineName } from './pipeline-name.ts';
import { timedStream, type TimedStream } from './streams.ts';
import type { EventTime, Source } from '../plan/source.ts';

/** How far records may be out of order; or the watermark that they carry. */
export type EventTimeSettings<V> = IdleSettings & {
  /** How far ahead of its arrival an event may be dated, 0 or more (PL-14). @default hours(1) */
  readonly maxClockSkewMs?: number;
} & (
    | {
        /** How far behind the newest event a record may come and still be in time, 0 or more. */
        readonly maxOutOfOrdernessMs: number;
        readonly watermark?: undefined;
      }
    | {
        /** The watermark that a record carries, if it carries one: nothing older comes after it. */
        readonly watermark: (value: V) => number | undefined;
        readonly maxOutOfOrdernessMs?: undefined;
      }
  );

export interface IdleSettings {
  /** After how much quiet a partition counts as idle, above 0. @default minutes(1) */
  readonly idleTimeoutMs?: number;
}

export interface ArrivalTimeSettings extends IdleSettings {
  /** How far arrival times of one partition may be out of order, 0 or more. @default 0 */
  readonly maxOutOfOrdernessMs?: number;
}

export interface UntimedStream<V, K extends string> {
  /**
   * Windows go by when a record happened, whenever it comes.
   *
   * @example .eventTime((flight) => flight.date, { maxOutOfOrdernessMs: minutes(30) })
   */
  eventTime(timestampExtractor: (value: V) => number, settings: EventTimeSettings<V>): TimedStream<V, K>;
  /** Windows go by when the broker stored a record. */
  arrivalTime(settings?: ArrivalTimeSettings): TimedStream<V, K>;
  /** Windows go by the clock of processing: the newest arrival so far, or the tick of an idle partition. Nothing is ever late. */
  processingTime(): TimedStream<V, K>;
}

/**
 * Begins the definition of a pipeline. Every call returns a frozen value; nothing runs until it is deployed or started.
 *
 * @param name lower case letters, digits and hyphens, 63 at most: names tables, folders and metrics
 * @throws INVALID_SETTING at the call that got a wrong setting
 */
export function pipeline(name: string): {
  source<V, const K extends string | undefined>(
    source: Source<V> & { readonly partitionKey: K },
  ): UntimedStream<V, Exclude<K, undefined>>;
} {
  requirePipelineName(name);
  noteDefinitionSite(name, pipeline);
  return Object.freeze({
    source: <V, const K extends string | undefined>(source: Source<V> & { readonly partitionKey: K }) =>
      untimed<V, Exclude<K, undefined>>(name, source),
  });
}

/**
 * Records of another source, for `union`.
 *
 * @example from(kafka({ topic: 'departures', schema: Departure })).eventTime(({ date }) => date, { maxOutOfOrdernessMs: 0 })
 */
export function from<V, const K extends string | undefined>(
  source: Source<V> & { readonly partitionKey: K },
): UntimedStream<V, Exclude<K, undefined>> {
  return untimed<V, Exclude<K, undefined>>('', source);
}

function untimed<V, K extends string>(name: string, source: Source<V>): UntimedStream<V, K> {
  const timed = (eventTime: EventTime): TimedStream<V, K> =>
    timedStream<V, K>(planFrom(name, source, Object.freeze(eventTime)));
  return Object.freeze({
    eventTime(timestampExtractor: (value: V) => number, settings: EventTimeSettings<V>) {
      const { maxOutOfOrdernessMs, watermark, idleTimeoutMs = minutes(1), maxClockSkewMs = hours(1) } = settings;
      requireSetting(
        'timestampExtractor',
        timestampExtractor,
        typeof timestampExtractor === 'function',
        'a function',
        'pass (record) => record.timeMs',
      );
      if (watermark === undefined)
        requireMs('maxOutOfOrdernessMs', maxOutOfOrdernessMs as number, 0, 'pass minutes(1)');
      else
        requireSetting(
          'maxOutOfOrdernessMs',
          maxOutOfOrdernessMs,
          maxOutOfOrdernessMs === undefined,
          'left out where records carry the watermark',
          'leave one of the two out',
        );
      requireMs('idleTimeoutMs', idleTimeoutMs, 1, 'pass minutes(1)');
      requireMs('maxClockSkewMs', maxClockSkewMs, 0, 'pass minutes(5)');
      return timed({
        kind: 'event',
        timestampExtractor: timestampExtractor as EventTime['timestampExtractor'],
        watermarkExtractor: watermark as EventTime['watermarkExtractor'],
        maxOutOfOrdernessMs: maxOutOfOrdernessMs ?? 0,
        idleTimeoutMs,
        maxClockSkewMs,
      });
    },
    arrivalTime({ maxOutOfOrdernessMs = 0, idleTimeoutMs = minutes(1) }: ArrivalTimeSettings = {}) {
      requireMs('maxOutOfOrdernessMs', maxOutOfOrdernessMs, 0, 'pass seconds(1)');
      requireMs('idleTimeoutMs', idleTimeoutMs, 1, 'pass minutes(1)');
      return timed(clockTime('arrival', maxOutOfOrdernessMs, idleTimeoutMs));
    },
    processingTime: () => timed(clockTime('processing', 0, 1)),
  });
}

function clockTime(kind: 'arrival' | 'processing', maxOutOfOrdernessMs: number, idleTimeoutMs: number): EventTime {
  return {
    kind,
    timestampExtractor: () => Number.NaN,
    watermarkExtractor: undefined,
    maxOutOfOrdernessMs,
    idleTimeoutMs,
    maxClockSkewMs: 0,
  };
}

function planFrom<V>(name: string, source: Source<V>, eventTime: EventTime): LogicalPlan {
  // The compiler has checked that all parts fit one record type; from here on none needs to know it.
  return withNode(emptyPlan(name), { kind: 'source', source: source as Source, eventTime });
}
