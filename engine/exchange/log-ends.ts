import type { LogEntry } from '../partition-log/entry.ts';
import { logIdOf, partitionOfLog } from '../partition-log/log-id.ts';
import { NO_WATERMARK } from '../time/watermark.ts';

/** The last of the logs that came of others. */
export interface LogEnd {
  readonly logId: string;
  /** undefined: it has not begun. */
  readonly head: LogEntry | undefined;
}

/** Whether other logs have taken over. */
export const isSealed = (head: LogEntry | undefined): boolean => (head?.sealedFor.length ?? 0) > 0;

/** Logs that have taken over from a sealed one. A seal from before the exchange names their partitions only (PL-35). */
export function nextLogs(logId: string, head: LogEntry | undefined): string[] {
  if (head?.sent !== undefined) return head.sent.children.map((child) => child.logId);
  return (head?.sealedFor ?? []).map((partition) => logIdOf({ ...partitionOfLog(logId), partition }));
}

/**
 * The last logs that come of the roots: those that are not sealed, and those that are sealed for `next` already. With the
 * highest output watermark of all that come of the roots.
 *
 * @param headOf reads the newest entry of a log
 */
export async function endsOf(
  headOf: (logId: string) => Promise<LogEntry | undefined>,
  roots: readonly string[],
  next: ReadonlySet<string> = new Set(),
): Promise<{ readonly ends: readonly LogEnd[]; readonly reachedMs: number }> {
  const ends: LogEnd[] = [];
  // A child that never began has what its parents handed down.
  let reachedMs = NO_WATERMARK;
  const seen = new Set(roots);
  // Grows while it is gone through.
  for (const logId of seen) {
    const head = await headOf(logId);
    reachedMs = Math.max(reachedMs, head?.sent?.watermarkMs ?? NO_WATERMARK);
    const children = nextLogs(logId, head);
    if (!isSealed(head) || children.some((child) => next.has(child))) ends.push({ logId, head });
    else for (const child of children) seen.add(child);
  }
  return { ends, reachedMs };
}
