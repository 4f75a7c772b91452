import { requireSetting } from '../errors.ts';
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
  /** How many receivers share the keys, from 1 to 256: a list with one number, which must not change. @default [4] */
  readonly receivers?: readonly [number];
}

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
  const { name = `by-${keyFields.join('-')}`, receivers = [DEFAULT_RECEIVERS] } = settings ?? {};
  const plain = 'letters, digits, dots, hyphens and underscores, at most 64';
  requireSetting('name of the exchange', name, NAME.test(name), plain, "pass { name: 'by-destination' }");
  const [count] = receivers;
  const isCount = receivers.length === 1 && Number.isInteger(count) && count >= 1 && count <= MAX_RECEIVERS;
  const rule = `a list with one whole number from 1 to ${MAX_RECEIVERS}`;
  requireSetting('receivers', receivers, isCount, rule, 'pass receivers: [4]');
  return Object.freeze({ id: name, keyFields: Object.freeze([...keyFields]), receivers: count, generation: 1 });
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
