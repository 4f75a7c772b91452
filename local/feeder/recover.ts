import type { FeedTarget } from './feed-target.ts';
import { digestOf, type FeederJournal } from './journal.ts';

/**
 * Finds out what became of a call whose answer is unknown, by reading what is behind the last known positions. Nobody
 * may be putting the same records meanwhile.
 */
export async function recover(target: FeedTarget, journal: FeederJournal): Promise<void> {
  const { intent } = journal;
  if (intent === undefined) return;
  const found = new Map<string, number>();
  const after: Record<string, string> = {};
  for await (const { partition, last, records } of target.behind(journal.after)) {
    for (const digest of records.map(digestOf)) found.set(digest, (found.get(digest) ?? 0) + 1);
    after[partition] = last;
  }
  journal.recovered(positionsFound(intent.start, intent.digests, found), after);
}

/** Equal records stand for each other: as many positions of a digest as there are records of it. */
export function positionsFound(
  start: number,
  digests: readonly string[],
  found: ReadonlyMap<string, number>,
): number[] {
  const left = new Map(found);
  return digests.flatMap((digest, index) => {
    const count = left.get(digest) ?? 0;
    left.set(digest, count - 1);
    return count > 0 ? [start + index] : [];
  });
}
