/**
 * Where a key lives: in the one shard whose hash range holds the MD5 of the key. State is split and merged by that hash
 * (PL-24), so a record that came to another shard would make a second state of its key. Two ways lead there:
 *
 *     explicit hash key    Lambda's event does not show it, but it shows the shard
 *     stale shard map      the KPL packed records for a shard that was split since; it finds out, and sends again
 *                          those that the new shard's range does not hold
 *
 * Where rows go through an exchange the first plays no part: any shard may hold any key, and each record counts where it
 * is. Of the second what the KPL sends again must still not count twice: that goes by the hash it packed the record by.
 */
import { hashOfKey, MAX_HASH } from '../../engine/codec/key-hash.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { Lineage } from '../../engine/ports.ts';

/** Both ends belong to it. */
export type HashRange = Pick<Lineage, 'fromHash' | 'toHash'>;

/** Who brings a key to where its state is: the hash ranges of the shards, or an exchange behind them. */
export type KeyPlacement = 'shards' | 'exchange';

/** Why this shard must not count records, by what they were routed by. One per batch: it remembers the keys' hashes. */
export class Routing {
  readonly #range: HashRange;
  readonly #placement: KeyPlacement;
  readonly #holdsAll: boolean;
  readonly #holds = new Map<string, boolean>();

  constructor(range: HashRange, placement: KeyPlacement) {
    this.#range = range;
    this.#placement = placement;
    this.#holdsAll = range.fromHash <= 0n && range.toHash >= MAX_HASH;
  }

  /** Of a record that was put by itself. @returns KEY_OUTSIDE_SHARD (data); undefined: it counts here */
  refusal(partitionKey: string): TidemarkError | undefined {
    return this.#placement === 'exchange' ? undefined : this.#keyRefusal(partitionKey);
  }

  /** Of one that came in an aggregated record. @returns KEY_OUTSIDE_SHARD, HASH_KEY_OUTSIDE_SHARD or HASH_KEY_INVALID (data) */
  packedRefusal(partitionKey: string, explicitHashKey?: string): TidemarkError | undefined {
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
    if (explicitHashKey !== undefined && this.#placement === 'exchange') return undefined;
    return this.#keyRefusal(partitionKey);
  }

  #keyRefusal(partitionKey: string): TidemarkError | undefined {
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
