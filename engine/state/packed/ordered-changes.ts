import type { Entry } from '../table.ts';
import { compareKeys, PackedKey } from './packed-key.ts';

/** By key; undefined: the entry is deleted. */
export type Changes = ReadonlyMap<string, Entry | undefined>;

export interface Change {
  readonly key: string;
  readonly hash: number;
  readonly entry: Entry | undefined;
}

const HASH_BITS = 32;
const MOST_BUCKETS = 2 ** 16;

/** Changes in the order of segments. They are sorted bucket by bucket, when each is asked for: sorting many at once takes long. */
export class OrderedChanges {
  readonly #buckets: Change[][];
  readonly #bucketHashes: number;
  #bucket = 0;
  #sorted: Change[] | undefined;
  #next = 0;
  #remaining: number;

  constructor(changes: Changes, perBucket: number) {
    let buckets = 1;
    while (buckets * perBucket < changes.size && buckets < MOST_BUCKETS) buckets *= 2;
    this.#buckets = Array.from({ length: buckets }, () => []);
    this.#bucketHashes = 2 ** HASH_BITS / buckets;
    this.#remaining = changes.size;
    const packed = new PackedKey();
    for (const [key, entry] of changes) {
      const { hash } = packed.set(key);
      (this.#buckets[Math.floor(hash / this.#bucketHashes)] as Change[]).push({ key, hash, entry });
    }
  }

  get remaining(): number {
    return this.#remaining;
  }

  /** The highest hash up to which they can be taken at once; Infinity when none are left behind it. */
  get bound(): number {
    return this.#bucket >= this.#buckets.length - 1 ? Infinity : (this.#bucket + 1) * this.#bucketHashes - 1;
  }

  /** All up to a hash that is no higher than `bound`. */
  take(toHash: number): Change[] {
    this.#sorted ??= (this.#buckets[this.#bucket] ?? []).sort(inOrder);
    const from = this.#next;
    while (this.#next < this.#sorted.length && (this.#sorted[this.#next] as Change).hash <= toHash) this.#next += 1;
    const taken = this.#sorted.slice(from, this.#next);
    this.#remaining -= taken.length;
    if (toHash === this.bound) this.#goOn();
    return taken;
  }

  #goOn(): void {
    this.#buckets[this.#bucket] = [];
    this.#bucket += 1;
    this.#sorted = undefined;
    this.#next = 0;
  }
}

const [one, other] = [new PackedKey(), new PackedKey()];

function inOrder(a: Change, b: Change): number {
  return a.hash === b.hash ? compareKeys(one.set(a.key), other.set(b.key)) : a.hash - b.hash;
}
