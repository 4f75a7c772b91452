import { hashOfKey } from '../codec/key-hash.ts';
import { TidemarkError } from '../errors.ts';
import { logIdOf } from '../partition-log/log-id.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { SourcePartition } from '../record.ts';
import type { HashRange } from '../state/inherit-state.ts';

/** So many receivers share the keys unless a pipeline says otherwise. */
export const DEFAULT_RECEIVERS = 4;
/** Each is read by whoever waits for room in a ring. */
export const MAX_RECEIVERS = 256;

const HASH_BITS = 128n;

/** Which receiver a key belongs to: [0, 2^128) is cut evenly, as Kinesis cuts it. */
export function receiverOf(key: string, receivers: number): number {
  return Number((hashOfKey(key) * BigInt(receivers)) >> HASH_BITS);
}

/** The partition of a receiver, which names its log (PL-11). @example 'flights/1/by-destination/1/r0' */
export function receiverPartition(
  pipeline: string,
  { id, generation }: Pick<Exchange, 'id' | 'generation'>,
  receiver: number,
): SourcePartition {
  return { pipeline, stage: '1', source: id, incarnation: String(generation), partition: `r${receiver}` };
}

/** The keys of a receiver. */
export function rangeOfReceiver(receiver: number, { receivers }: Pick<Exchange, 'receivers'>): HashRange {
  const from = (at: number): bigint => ((BigInt(at) << HASH_BITS) + BigInt(receivers) - 1n) / BigInt(receivers);
  return { fromHash: from(receiver), toHash: from(receiver + 1) - 1n };
}

/** The receivers of an exchange that have keys of a range. */
export function receiversIn({ fromHash, toHash }: HashRange, { receivers }: Pick<Exchange, 'receivers'>): number[] {
  const at = (hash: bigint): number => Number((hash * BigInt(receivers)) >> HASH_BITS);
  return Array.from({ length: at(toHash) - at(fromHash) + 1 }, (_, i) => at(fromHash) + i);
}

/** As the exchange was at first. */
export function firstGeneration(exchange: Exchange): Exchange {
  return exchange.before === undefined ? exchange : firstGeneration(exchange.before);
}

/** Ids of the logs of all receivers. */
export function receiverLogs(pipeline: string, exchange: Exchange): string[] {
  return Array.from({ length: exchange.receivers }, (_, receiver) =>
    logIdOf(receiverPartition(pipeline, exchange, receiver)),
  );
}

/**
 * How a partition is named among all of its pipeline: receivers of two exchanges have one number.
 *
 * @example 'shardId-000000000000' · 'by-destination/r0'
 */
export function nameOfPartition({ stage, source, partition }: Omit<SourcePartition, 'incarnation'>): string {
  return stage === '0' ? partition : `${source}/${partition}`;
}

/**
 * Who a ring is for: one that was there before is now those who have its keys.
 *
 * @throws RECEIVER_UNKNOWN (invalid)
 */
export function rungReceivers(exchange: Exchange, receiver: unknown): readonly number[] {
  const isNumber = typeof receiver === 'number' && Number.isInteger(receiver) && receiver >= 0;
  for (let known: Exchange | undefined = exchange; isNumber && known !== undefined; known = known.before)
    if (receiver < known.receivers)
      return known === exchange ? [receiver] : receiversIn(rangeOfReceiver(receiver, known), exchange);
  throw new TidemarkError(
    'invalid',
    'RECEIVER_UNKNOWN',
    `receiver of ${exchange.id} must be a whole number below ${exchange.receivers}, got ${JSON.stringify(receiver)}; ring with the definition that runs`,
  );
}
