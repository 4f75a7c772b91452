/**
 * A snapshot is whole, or has what changed since the one before, and stands on that one:
 *
 *     whole 100 ◄── 132 ◄── 164 ◄── 196        whole 228 ◄── 260 …
 *                                      └─ three objects are read, and the whole one
 */

/** What a reader of the newest snapshot needs. */
export interface SnapshotChain {
  /** The whole one first, the newest last; empty: there is none. */
  readonly keys: readonly string[];
  /** Of all of them. */
  readonly bytes: number;
  /** Entries and deleted keys of large groups, of all of them. */
  readonly entries: number;
}

export const NO_CHAIN: SnapshotChain = Object.freeze({ keys: [], bytes: 0, entries: 0 });

/** With one more, of so many bytes. */
export function extended(
  { bytes, entries }: SnapshotChain,
  added: { readonly key: string; readonly on: readonly string[]; readonly entries: number },
  addedBytes: number,
): SnapshotChain {
  const isWhole = added.on.length === 0;
  return {
    keys: [...added.on, added.key],
    bytes: addedBytes + (isWhole ? 0 : bytes),
    entries: added.entries + (isWhole ? 0 : entries),
  };
}

/** No more snapshots stand on each other: a cold start reads them all. */
export const MOST_IN_CHAIN = 16;

/**
 * Whether the next snapshot may have changes only.
 *
 * @param changed entries that it would have
 * @param all entries of large groups
 * @param share a cold start puts no more entries together than those that there are and this share of them
 */
export function mayStandOn({ keys, entries }: SnapshotChain, changed: number, all: number, share: number): boolean {
  return keys.length < MOST_IN_CHAIN && entries + changed <= all + all * share;
}

/**
 * How many versions before a snapshot the whole one is at most that it stands on: none is as long as a ring after the one
 * before, or the ring would have been full (PL-3).
 */
export const versionsInChain = (slots: number): number => MOST_IN_CHAIN * slots;
