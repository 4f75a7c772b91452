import { createHash } from 'node:crypto';
import type { Place } from './item-log.ts';
import type { Key, KeySchema } from './key.ts';

/** What is kept of a table beside its items. */
export interface TableDefinition {
  readonly name: string;
  readonly id: string;
  readonly createdAtMs: number;
  readonly keys: KeySchema;
  readonly billing: 'PAY_PER_REQUEST' | { readonly readUnits: number; readonly writeUnits: number };
  /** Attribute by which items expire; undefined: they do not. */
  readonly expiresBy?: string;
}

/** An item's place in the log, and its size as DynamoDB counts it. */
export interface Stored extends Place {
  readonly bytes: number;
}

export interface Located {
  readonly key: Key;
  readonly stored: Stored;
}

class Partition {
  readonly items = new Map<string, Stored>();
  /** Undefined since one came or went. */
  sorted: readonly string[] | undefined;
}

/** Where the items of one table are: by hash, and in the order of their ranges. */
export class Table {
  readonly number: number;
  definition: TableDefinition;
  readonly #partitions = new Map<string, Partition>();
  /** Hashes in the order of a scan, with the token that says it; undefined since one came or went. */
  #scanned: ReadonlyArray<readonly [token: number, hash: string]> | undefined;
  #items = 0;
  #bytes = 0;

  constructor(number: number, definition: TableDefinition) {
    this.number = number;
    this.definition = definition;
  }

  get count(): number {
    return this.#items;
  }

  get bytes(): number {
    return this.#bytes;
  }

  at({ hash, range }: Key): Stored | undefined {
    return this.#partitions.get(hash)?.items.get(range);
  }

  set({ hash, range }: Key, stored: Stored): void {
    let partition = this.#partitions.get(hash);
    if (partition === undefined) {
      this.#partitions.set(hash, (partition = new Partition()));
      this.#scanned = undefined;
    }
    const before = partition.items.get(range);
    partition.items.set(range, stored);
    if (before === undefined) partition.sorted = undefined;
    this.#count(before, stored);
  }

  delete({ hash, range }: Key): void {
    const partition = this.#partitions.get(hash);
    const before = partition?.items.get(range);
    if (partition === undefined || before === undefined) return;
    partition.items.delete(range);
    partition.sorted = undefined;
    this.#count(before, undefined);
    if (partition.items.size > 0) return;
    this.#partitions.delete(hash);
    this.#scanned = undefined;
  }

  /**
   * The items of a hash in the order of their ranges.
   *
   * @param after begins behind this range, which need not be there
   */
  *inPartition(hash: string, isForward = true, after?: string): Generator<Located> {
    const partition = this.#partitions.get(hash);
    if (partition === undefined) return;
    const ranges = (partition.sorted ??= [...partition.items.keys()].sort());
    const step = isForward ? 1 : -1;
    const behind = (range: string): boolean => after === undefined || (isForward ? range > after : range < after);
    for (let i = firstOf(ranges, isForward, behind); i >= 0 && i < ranges.length; i += step) {
      const range = ranges[i] as string;
      yield { key: { hash, range }, stored: partition.items.get(range) as Stored };
    }
  }

  /**
   * All items, in the order of the hashes of their hashes.
   *
   * @param segment this one of so many equal parts
   */
  *scan(after?: Key, { segment, of }: { readonly segment: number; readonly of: number } = { segment: 0, of: 1 }) {
    const scanned = (this.#scanned ??= [...this.#partitions.keys()]
      .map((hash) => [tokenOf(hash), hash] as const)
      .sort(byToken));
    const from: readonly [number, string] | undefined = after && [tokenOf(after.hash), after.hash];
    for (const place of scanned) {
      const [token, hash] = place;
      if (Math.floor((token / TOKENS) * of) !== segment) continue;
      const order = from === undefined ? 1 : byToken(place, from);
      if (order >= 0) yield* this.inPartition(hash, true, order === 0 ? after?.range : undefined);
    }
  }

  #count(before: Stored | undefined, now: Stored | undefined): void {
    this.#items += (now === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    this.#bytes += (now?.bytes ?? 0) - (before?.bytes ?? 0);
  }
}

const TOKENS = 2 ** 32;

const tokenOf = (hash: string): number => createHash('md5').update(hash, 'latin1').digest().readUInt32BE();

function byToken([a, left]: readonly [number, string], [b, right]: readonly [number, string]): number {
  return a - b || (left < right ? -1 : left > right ? 1 : 0);
}

/** Of sorted ranges, those behind a place are at the end, or at the beginning for who goes back. */
function firstOf(ranges: readonly string[], isForward: boolean, behind: (range: string) => boolean): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (behind(ranges[middle] as string) === isForward) high = middle;
    else low = middle + 1;
  }
  return isForward ? low : low - 1;
}
