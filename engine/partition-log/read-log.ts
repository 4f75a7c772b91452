import { TidemarkError } from '../errors.ts';
import type { Clock, LogStore } from '../ports.ts';
import type { LogEntry } from './entry.ts';
import { expectedVersion } from './ring.ts';

const MAX_READS = 5;
const PAUSE_MS = 20;

/** The newest part of a log: every entry that readers need, ascending, the head last. Empty: a new log. */
export type LogTail = readonly LogEntry[];

/**
 * Reads the ring, strongly consistent but not atomic, and checks that what it got is one chain (PL-7). A commit during
 * the read can tear it; then it reads again.
 *
 * @throws LOG_DAMAGED (internal) when the chain stays broken: slots were deleted or changed by somebody else (PL-2)
 */
export async function readTail(store: LogStore, clock: Clock, logId: string, slots: number): Promise<LogTail> {
  const all = Array.from({ length: slots }, (_, slot) => slot);
  let problem = '';
  for (let attempt = 0; attempt < MAX_READS; attempt++) {
    if (attempt > 0) await clock.sleep(PAUSE_MS);
    const entries = await store.read(logId, all);
    const checked = checkChain(entries, slots);
    if (typeof checked !== 'string') return checked;
    problem = checked;
  }
  throw new TidemarkError(
    'internal',
    'LOG_DAMAGED',
    `log ${logId} must be one chain, got ${problem}; restore the log table to a point in time before the change`,
  );
}

/**
 * The entries above the newest snapshot plus those not yet delivered, in order; or what is wrong.
 *
 * Everything that the ring should hold must be there: versions head - W + 1 … head.
 */
export function checkChain<E extends Pick<LogEntry, 'version' | 'commitId' | 'previousCommitId'>>(
  entries: readonly E[],
  slots: number,
): readonly E[] | string {
  if (entries.length === 0) return [];
  const byVersion = new Map(entries.map((entry) => [entry.version, entry]));
  const headVersion = Math.max(...byVersion.keys());
  const oldest = expectedVersion(headVersion, slots) === undefined ? 1 : headVersion - slots + 1;
  if (oldest + entries.length - 1 !== headVersion) return `${entries.length} entries up to version ${headVersion}`;
  const chain: E[] = [];
  for (let version = oldest; version <= headVersion; version++) {
    const entry = byVersion.get(version);
    if (entry === undefined) return `no version ${version} below ${headVersion}`;
    const previousCommitId = version === 1 ? '' : chain.at(-1)?.commitId;
    if (previousCommitId !== undefined && entry.previousCommitId !== previousCommitId)
      return `version ${version} that does not follow ${version - 1}`;
    chain.push(entry);
  }
  return chain;
}

/** The newest entry of a log, for those who only look; undefined for a log that does not exist. */
export async function readHead(
  store: LogStore,
  clock: Clock,
  logId: string,
  slots: number,
): Promise<LogEntry | undefined> {
  return (await readTail(store, clock, logId, slots)).at(-1);
}

/** Of the newest entry that can be read. The log's own failure is for whoever opens it: here it only means that nothing is known. */
export async function newestWatermark(store: LogStore, logId: string, slots: number): Promise<number | undefined> {
  try {
    const entries = await store.read(
      logId,
      Array.from({ length: slots }, (_, slot) => slot),
    );
    return entries.length === 0 ? undefined : Math.max(...entries.map(({ watermarkMs }) => watermarkMs));
  } catch {
    return undefined;
  }
}
