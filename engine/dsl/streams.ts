/** The calls of the DSL between a pipeline's source and its window, each a frozen value. */
import { sideOutputsOf, withNode, type LogicalPlan, type NewNode } from '../plan/logical-plan.ts';
import type { ExchangeSettings } from './exchange-settings.ts';
import type { ResultType } from '../aggregate/aggregate.ts';
import type { JoinKind } from '../join/interval.ts';
import type { ValuesOf } from '../process/process-function.ts';
import { joinOf, type JoinSettings } from './join-of.ts';
import { keyedStream, outputStream, type KeyedStream, type OutputStream } from './keyed-stream.ts';
import { keyAllNode, keyByNode, type ComputedKeySettings, type KeyAllSettings, type KeyByArguments } from './keys.ts';
import { requireOutput } from './require-output.ts';
import { partitionKeyOf, unionOf } from './union-of.ts';

/** Fields of a record that may be part of a key: texts and numbers. */
export type KeyField<V> = { [F in keyof V & string]: V[F] extends string | number ? F : never }[keyof V & string];

export interface TimedStream<V, K extends string> {
  /** What was said up to here, as data. */
  readonly plan: LogicalPlan;
  /** Changes a record. The field that is the partition key must stay. */
  map<W extends Readonly<Record<K, string | number>>>(change: (value: V) => W): TimedStream<W, K>;
  /** Leaves records out: they count as processed, and move time on. */
  filter(isWanted: (value: V) => boolean): TimedStream<V, K>;
  /** Makes none, one or several of a record; all are taken, or none. */
  flatMap<W extends Readonly<Record<K, string | number>>>(change: (value: V) => Iterable<W>): TimedStream<W, K>;
  /** Sends records aside, to the lake's folder `output`; the others go on. */
  branch(output: string, isWanted: (value: V) => boolean): TimedStream<V, K>;
  /**
   * Records of this and of other sources in one stream. Each source keeps its event time, its watermarks and its shards; their
   * records meet behind the next key, which always goes through an exchange.
   *
   * @example .union(from(kafka({ topic: 'departures', schema: Departure })).eventTime(({ date }) => date, { maxOutOfOrdernessMs: 0 }))
   */
  union<W>(...others: readonly [Records<W>, ...Array<Records<W>>]): TimedStream<V | W, never>;
  /**
   * Pairs of rows of this and of another stream: of one key, the right one between `lowerMs` and `upperMs` later than the left
   * one. Both go through one exchange. A pair comes out when its second row comes, with the time of the later one; a row
   * without a partner, where `kind` wants it, with its own time, once time has passed the last one that it could have.
   *
   * @example
   * orders.join(payments, {
   *   kind: 'left', on: 'orderId', lowerMs: 0, upperMs: minutes(15),
   *   results: { cents: 'integer', paidMs: 'integer' },
   *   select: (order, payment) => ({ cents: order.cents, paidMs: payment?.timeMs ?? null }),
   * })
   */
  join<W, const J extends JoinKind, const R extends Readonly<Record<string, ResultType>>>(
    right: Records<W>,
    settings: JoinSettings<V, W, J, R>,
  ): OutputStream<V, ValuesOf<R>>;
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
  keyAll(settings?: KeyAllSettings): KeyedStream<V, 'all'>;
}

/** Records of a source with their time, whatever may be done with them. */
export type Records<V> = Pick<TimedStream<V, never>, 'plan' | 'filter'>;

export function timedStream<V, K extends string>(plan: LogicalPlan): TimedStream<V, K> {
  const then = <W>(node: NewNode) => timedStream<W, K>(withNode(plan, node));
  return Object.freeze({
    plan,
    map: <W>(change: (value: V) => W) => then<W>({ kind: 'map', change }),
    filter: (isWanted: (value: V) => boolean) => then<V>({ kind: 'filter', isWanted }),
    flatMap: <W>(change: (value: V) => Iterable<W>) => then<W>({ kind: 'flatMap', change }),
    branch(output: string, isWanted: (value: V) => boolean) {
      requireOutput(output, sideOutputsOf(plan));
      return then<V>({ kind: 'branch', output, isWanted });
    },
    union: <W>(...others: ReadonlyArray<Records<W>>) => timedStream<V | W, never>(unionOf(plan, others)),
    join: <W, J extends JoinKind, R extends Readonly<Record<string, ResultType>>>(
      right: Records<W>,
      settings: JoinSettings<V, W, J, R>,
    ) => outputStream<V, ValuesOf<R>>(joinOf(plan, right, settings)),
    keyBy: (...given: KeyByArguments) =>
      keyedStream<V>(withNode(plan, keyByNode(partitionKeyOf(plan), given))) as never,
    keyAll: (settings?: KeyAllSettings) => keyedStream<V, 'all'>(withNode(plan, keyAllNode(settings))),
  });
}
