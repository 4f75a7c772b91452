import type { ResultType } from '../aggregate/aggregate.ts';
import { requireMs, requireSetting } from '../errors.ts';
import { JOIN_KINDS, type JoinKind } from '../join/interval.ts';
import { sourcesOf, withBoth, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import { nameOfSource } from '../plan/source.ts';
import { MAX_ENTRIES } from '../process/state-handles.ts';
import type { ValuesOf } from '../process/process-function.ts';
import { columnsOf, keyColumns, requireNames } from './columns.ts';
import { exchangeFor, type ExchangeSettings } from './exchange-settings.ts';
import { requireApart, requireOwnOutputs, requireRecords } from './union-of.ts';

/** Fields of a record that may be part of a join's key: texts and numbers, which may be missing. */
export type JoinField<V> = {
  [F in keyof V & string]: Exclude<V[F], null | undefined> extends string | number ? F : never;
}[keyof V & string];

type OneOrMore<F> = F | readonly [F, ...F[]];

/** Of a left row: null where a right one comes out alone. */
export type LeftOf<K extends JoinKind, V> = K extends 'right' | 'full' ? V | null : V;
/** Of a right row: null where a left one comes out alone. Who joins by `semi` or `anti` sees none. */
export type RightOf<K extends JoinKind, W> = K extends 'left' | 'full'
  ? W | null
  : K extends 'semi' | 'anti'
    ? null
    : W;

export interface JoinSettings<V, W, K extends JoinKind, R extends Readonly<Record<string, ResultType>>> {
  /** Which rows come out alone that have no partner: `inner` none; `semi` and `anti` give left rows only, with or without one. */
  readonly kind: K;
  /**
   * Fields that are the same in both rows of a pair; where the two sides have other names for them, those of each. A row
   * without one of them (null, or left out) has no partner.
   *
   * @example 'orderId' · ['shop', 'orderId'] · { left: 'orderId', right: 'order' }
   */
  readonly on:
    | OneOrMore<JoinField<V> & JoinField<W>>
    | { readonly left: OneOrMore<JoinField<V>>; readonly right: OneOrMore<JoinField<W>> };
  /** By how much the right row of a pair is later than the left one, at least; below 0: earlier. */
  readonly lowerMs: number;
  /** The same, at most; no less than `lowerMs`. */
  readonly upperMs: number;
  /** How far behind its shard's watermark a row may come, 0 or more. @default 0 */
  readonly allowedLatenessMs?: number;
  /** Rows of a key that wait on one side, 1 or more; what comes beyond is a dead letter. @default 10000 */
  readonly maxRowsPerKey?: number;
  /** What else makes two rows a pair. @default nothing */
  readonly where?: (left: V, right: W) => boolean;
  /** What a result's values are. */
  readonly results: R;
  /** The values of a result. */
  readonly select: (left: LeftOf<K, V>, right: RightOf<K, W>) => ValuesOf<R>;
  /** The exchange through which the rows of both sides go. */
  readonly exchange?: ExchangeSettings;
}

/** The compiler has checked that all parts fit the records; from here on none needs to know them. */
type AnySettings = Omit<
  JoinSettings<never, never, JoinKind, Readonly<Record<string, ResultType>>>,
  'on' | 'select' | 'where'
> & {
  readonly on: unknown;
  readonly where?: ((left: never, right: never) => boolean) | undefined;
  readonly select: (left: never, right: never) => Readonly<Record<string, unknown>>;
};

/**
 * The plan with another one as the right side of a join.
 *
 * @throws INVALID_SETTING for what cannot be joined
 */
export function joinOf(left: LogicalPlan, right: { readonly plan: LogicalPlan }, settings: AnySettings): LogicalPlan {
  requireRecords('join', [right], true, 'a stream of records');
  const { kind, lowerMs, upperMs, allowedLatenessMs = 0, maxRowsPerKey = MAX_ENTRIES, where } = settings;
  const { results, select, exchange: exchangeSettings } = settings;
  requireSetting('kind', kind, JOIN_KINDS.includes(kind), `one of ${JOIN_KINDS.join(', ')}`, "pass kind: 'inner'");
  requireBound('lowerMs', lowerMs);
  requireBound('upperMs', upperMs);
  requireSetting('upperMs', upperMs, upperMs >= lowerMs, `${lowerMs} or more, as lowerMs is`, 'swap the two');
  requireMs('allowedLatenessMs', allowedLatenessMs, 0, 'pass minutes(1)');
  const isCount = Number.isSafeInteger(maxRowsPerKey) && maxRowsPerKey > 0;
  requireSetting('maxRowsPerKey', maxRowsPerKey, isCount, 'an integer above 0', 'pass 10_000');
  const isFunction = (one: unknown): boolean => typeof one === 'function';
  requireSetting('where', where, where === undefined || isFunction(where), 'a function of two rows', 'leave it out');
  requireSetting('select', select, isFunction(select), 'a function of two rows', 'pass (left, right) => ({ … })');
  const keyFields = keyFieldsOf(settings.on);
  const ofLeft = sourcesOf(left);
  const ofRight = sourcesOf(right.plan);
  requireApart('join', [...new Set([...ofLeft, ...ofRight])]);
  requireOwnOutputs(left, [right.plan]);
  const exchange = Object.freeze({
    ...exchangeFor(undefined, keyFields.left, exchangeSettings),
    rightKeyFields: keyFields.right,
  });
  const keyed = withBoth(left, right.plan, {
    kind: 'keyBy',
    keyFields: keyFields.left,
    rightKeyFields: keyFields.right,
    exchange,
  });
  const names = Object.keys(results);
  requireNames(names, keyFields.left.length === 1 ? [] : keyFields.left);
  const sources = Object.freeze({
    left: Object.freeze(ofLeft.map(({ source }) => nameOfSource(source))),
    right: Object.freeze(ofRight.map(({ source }) => nameOfSource(source))),
  });
  return withNode(keyed, {
    kind: 'join',
    join: Object.freeze({
      kind,
      lowerMs,
      upperMs,
      allowedLatenessMs,
      maxRowsPerKey,
      keyFields,
      sources,
      where,
      results: Object.freeze(names),
      select,
    }),
    columns: Object.freeze([...keyColumns(keyFields.left), ...columnsOf(results)]),
  });
}

/** A century: nothing that is waited for for longer is a stream. */
const MAX_BOUND_MS = 100 * 366 * 24 * 3_600_000;

/** Without both bounds rows would have to be kept for good. */
function requireBound(name: 'lowerMs' | 'upperMs', value: number): void {
  const isBound = Number.isSafeInteger(value) && Math.abs(value) <= MAX_BOUND_MS;
  const rule = 'a whole number of ms, a century at most: a join needs both bounds, or it would keep all rows for good';
  requireSetting(name, value, isBound, rule, `pass ${name}: ${name === 'lowerMs' ? '0' : 'minutes(15)'}`);
}

function keyFieldsOf(on: unknown): { readonly left: readonly string[]; readonly right: readonly string[] } {
  const isOfEach = typeof on === 'object' && on !== null && 'left' in on && 'right' in on;
  const each = isOfEach ? (on as { left: unknown; right: unknown }) : { left: on, right: on };
  const [left, right] = [fieldsOf(each.left), fieldsOf(each.right)];
  const rule = 'as many fields on the left as on the right, one or more, each once';
  const isFine = left.length > 0 && left.length === right.length && isOnce(left) && isOnce(right);
  requireSetting('on', on, isFine, rule, "pass on: 'orderId', or on: { left: 'orderId', right: 'order' }");
  if (left.length > 1) requireNames(left, []);
  return Object.freeze({ left: Object.freeze(left), right: Object.freeze(right) });
}

const fieldsOf = (given: unknown): string[] =>
  (Array.isArray(given) ? given : [given]).filter(
    (field): field is string => typeof field === 'string' && field !== '',
  );

const isOnce = (fields: readonly string[]): boolean => new Set(fields).size === fields.length;
