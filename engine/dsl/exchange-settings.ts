import { requireSetting } from '../errors.ts';
import { DEFAULT_PACE_MS, isPace, MAX_PACE_MS } from '../exchange/pace.ts';
import { DEFAULT_RECEIVERS, MAX_RECEIVERS } from '../exchange/receivers.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { Windows } from '../window/windows.ts';

/** How rows get to where their keys live, when that is not where their source has them. */
export interface ExchangeSettings {
  /**
   * Letters, digits, dots, hyphens and underscores, 64 at most: names logs, objects and the queue.
   *
   * @default 'by-' and the fields
   */
  readonly name?: string;
  /**
   * How many receivers share the keys, from 1 to 256. To have another number, append it: a running pipeline goes over to it.
   *
   * @default [4]
   * @example [4] · then [4, 16]
   */
  readonly receivers?: readonly [number, ...number[]];
  /**
   * Whole seconds up to 30. Rows wait at most so long for their receiver, which is called once for all that come
   * meanwhile; 0: each commit calls it, at two thirds more. The local runner never waits.
   *
   * @default seconds(1)
   */
  readonly paceMs?: number;
}

/** A log of the first generation is followed through all of them. */
const MAX_GENERATIONS = 16;
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;

/** @returns undefined where the source's partitions hold the keys already; without a partition key they never do */
export function exchangeFor<P extends string | undefined>(
  partitionKey: P,
  keyFields: readonly string[],
  settings: ExchangeSettings | undefined,
): Exchange | (P extends string ? undefined : never);
export function exchangeFor(
  partitionKey: string | undefined,
  keyFields: readonly string[],
  settings: ExchangeSettings | undefined,
): Exchange | undefined {
  if (keyFields[0] === partitionKey) {
    const rule = `left out where the key begins with the partition key ${JSON.stringify(partitionKey)}`;
    requireSetting('exchange', settings, settings === undefined, rule, 'leave it out: there is no exchange');
    return undefined;
  }
  const {
    name = `by-${keyFields.join('-')}`,
    receivers = [DEFAULT_RECEIVERS],
    paceMs = DEFAULT_PACE_MS,
  } = settings ?? {};
  const plain = 'letters, digits, dots, hyphens and underscores, at most 64';
  requireSetting('name of the exchange', name, NAME.test(name), plain, "pass { name: 'by-destination' }");
  const isCount = (count: number): boolean => Number.isInteger(count) && count >= 1 && count <= MAX_RECEIVERS;
  const isHistory = receivers.length > 0 && receivers.length <= MAX_GENERATIONS && receivers.every(isCount);
  const rule = `1 to ${MAX_GENERATIONS} whole numbers from 1 to ${MAX_RECEIVERS}, the last one is that of today`;
  requireSetting('receivers', receivers, isHistory, rule, 'pass receivers: [4]');
  const wholeSeconds = `0, or whole seconds up to ${MAX_PACE_MS}`;
  requireSetting('paceMs', paceMs, isPace(paceMs), wholeSeconds, 'pass paceMs: seconds(1), or 0 to wait for nothing');
  const fields = Object.freeze([...keyFields]);
  return receivers.reduce<Exchange | undefined>((before, count, i) => {
    const exchange = { id: name, keyFields: fields, receivers: count, paceMs, generation: i + 1 };
    return Object.freeze(before === undefined ? exchange : { ...exchange, before });
  }, undefined);
}

/**
 * Sliding windows share what they hold, so a row that is late for one of them cannot be kept out of that one alone: its
 * results would depend on which sender came first (PL-44).
 */
export function requireExchangeable(exchange: Exchange | undefined, { kind, descriptor }: Windows): void {
  if (exchange === undefined) return;
  const cure = 'use hopping windows, or group by the partition key of the source';
  requireSetting('window behind an exchange', descriptor, kind !== 'sliding', 'other than sliding', cure);
}
