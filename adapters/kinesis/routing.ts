/**
 * Where a key lives: in the one shard whose hash range holds the MD5 of the key. State is split and merged by that hash
 * (PL-24), so a record that came to another shard would make a second state of its key. Two ways lead there:
 *
 *     explicit hash key    Lambda's event does not show it, but it shows the shard
 *     stale shard map      the KPL packed records for a shard that was split since; it finds out, and sends again
 *                          those that the new shard's range does not hold
 */
import { hashOfKey, MAX_HASH } from '../../engine/codec/key-hash.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { Lineage } from '../../engine/ports.ts';

/** Both ends belong to it. */
export type HashRange = Pick<Lineage, 'fromHash' | 'toHash'>;

/** Why this shard must not count records, by what they were routed by. One per batch: it remembers the keys' hashes. */
export class Routing {
  readonly #range: HashRange;
  readonly #holdsAll: boolean;
  readonly #holds = new Map<string, boolean>();

  constructor(range: HashRange) {
    this.#range = range;
    this.#holdsAll = range.fromHash <= 0n && range.toHash >= MAX_HASH;
  }

  /** @returns KEY_OUTSIDE_SHARD, HASH_KEY_OUTSIDE_SHARD or HASH_KEY_INVALID (data); undefined: this is the key's shard */
  refusal(partitionKey: string, explicitHashKey?: string): TidemarkError | undefined {
    if (explicitHashKey !== undefined) {
      if (!isHash(explicitHashKey))
        return refused(
          'HASH_KEY_INVALID',
          'explicit hash key must be a decimal number in [0, 2^128), got something else; correct the producer',
        );
      if (!this.#inRange(BigInt(explicitHashKey)))
        return refused(
          'HASH_KEY_OUTSIDE_SHARD',
          'explicit hash key must lie in the hash range of its shard, got one of another shard; the KPL sends it again, other producers must pack by shard',
        );
    }
    if (this.#holdsAll || this.#holdsKey(partitionKey)) return undefined;
    return refused(
      'KEY_OUTSIDE_SHARD',
      'partition key must hash into the range of its shard, got one of another shard; put it without an explicit hash key (a packed record with a stale shard map is sent again by the KPL)',
    );
  }

  #holdsKey(partitionKey: string): boolean {
    const known = this.#holds.get(partitionKey);
    if (known !== undefined) return known;
    const holds = this.#inRange(hashOfKey(partitionKey));
    this.#holds.set(partitionKey, holds);
    return holds;
  }

  #inRange(hash: bigint): boolean {
    return this.#range.fromHash <= hash && hash <= this.#range.toHash;
  }
}

function isHash(text: string): boolean {
  return /^(0|[1-9]\d{0,38})$/.test(text) && BigInt(text) <= MAX_HASH;
}

function refused(code: string, text: string): TidemarkError {
  return new TidemarkError('data', code, text);
}
