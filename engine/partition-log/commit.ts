import { TidemarkError } from '../errors.ts';
import type { Clock, LogStore } from '../ports.ts';
import type { LogEntry } from './entry.ts';
import { expectedVersion, slotOf } from './ring.ts';

const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

/**
 * Puts one entry, and finds out what became of it (PL-5). The same bytes are sent until there is an answer:
 *
 *     answer of the store                      what it means
 *     stored                                   committed
 *     condition failed, slot holds our id      committed: an earlier try went through, its reply was lost
 *     condition failed, slot holds another     fenced: somebody else is ahead; drop memory and reload
 *     no answer                                unknown: ask again, with the same bytes
 *
 * @returns write units used
 * @throws FENCED (fenced) when another commit has this version
 * @throws COMMIT_UNKNOWN (unavailable) when no try got an answer: it may be committed or not, or be so later
 */
export async function commitEntry(
  store: LogStore,
  clock: Clock,
  logId: string,
  slots: number,
  entry: LogEntry,
): Promise<number> {
  let lastError: unknown;
  let writeUnits = 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (attempt > 0) await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    try {
      const outcome = await store.put(
        logId,
        slotOf(entry.version, slots),
        entry,
        expectedVersion(entry.version, slots),
      );
      writeUnits += outcome.writeUnits;
      if (outcome.kind === 'stored' || outcome.found?.commitId === entry.commitId) return writeUnits;
      throw fenced(logId, entry.version, outcome.found?.version);
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.kind !== 'unavailable') throw error;
      lastError = error;
    }
  }
  throw new TidemarkError(
    'unavailable',
    'COMMIT_UNKNOWN',
    `commit ${entry.version} of ${logId} must be answered, got no answer in ${MAX_ATTEMPTS} tries; it is tried again with the next batch`,
    { cause: lastError },
  );
}

function fenced(logId: string, version: number, found: number | undefined): TidemarkError {
  return new TidemarkError(
    'fenced',
    'FENCED',
    `commit ${version} of ${logId} must come first, got ${found ?? 'none'} in its slot; another instance is ahead, reload`,
  );
}
