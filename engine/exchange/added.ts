/**
 * An exchange that is added to running logs (PL-35). Receivers begin in each log at the first entry of code that knows the
 * exchange; what is before it has no rows for them, and says nothing of their time:
 *
 *     version   37  38  39 │ 40  41 …          40 is the first to bear the exchange: the gate counts from there (PL-31)
 *     receiver             └─► 40  41 …
 *
 *     version   52  SEAL   of code that did not know it: passed over, the children are senders now
 */
import { partitionOfLog } from '../partition-log/log-id.ts';
import type { Child, LogEntry } from '../partition-log/entry.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { readHead, readTail } from '../partition-log/read-log.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { SenderPosition } from '../state/sender-position.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import { childrenOf } from './generations.ts';
import { isSealed, nextLogs } from './log-ends.ts';

type Rings = Pick<LogSettings, 'logs' | 'clock' | 'slots'>;

/** Where a log begins for a receiver that has read nothing of it. */
export type Beginning =
  | { readonly kind: 'behind'; readonly version: number; readonly commitId: string }
  /** Its last entry, before any that bears the exchange. */
  | { readonly kind: 'sealed'; readonly head: LogEntry }
  | { readonly kind: 'nothing yet' }
  /** The first entry that bears the exchange is gone. */
  | { readonly kind: 'overwritten'; readonly oldest: LogEntry };

/**
 * Reads the whole ring: how far it went before the exchange is not known.
 *
 * @throws LOG_UNAVAILABLE (unavailable), LOG_DAMAGED (internal)
 */
export async function beginningOf({ logs, clock, slots }: Rings, logId: string): Promise<Beginning> {
  const tail = await readTail(logs, clock, logId, slots);
  const first = tail.find(({ sent }) => sent !== undefined);
  if (first?.sent !== undefined) {
    const { version, previousCommitId, sent } = first;
    // Code from before that number writes none: then an older entry in the ring tells that this one is the first.
    if (version === (sent.sinceVersion ?? 1) || first !== tail[0])
      return { kind: 'behind', version: version - 1, commitId: previousCommitId };
    return { kind: 'overwritten', oldest: first };
  }
  const head = tail.at(-1);
  return head !== undefined && isSealed(head) ? { kind: 'sealed', head } : { kind: 'nothing yet' };
}

/** A seal from before the exchange, as a receiver takes it: no rows, no time, and who goes on. */
export function passedSeal(head: LogEntry, children: readonly Child[]): LogEntry {
  return {
    ...head,
    sent: { rows: undefined, watermarkMs: NO_WATERMARK, children, generation: 0, consumedVersion: 0 },
  };
}

/**
 * Who goes on behind a seal that names no parents of theirs. Receivers are known from the definition. Of a shard each
 * child has begun once all its parents are sealed, and then their seals say which these are.
 *
 * @param sentBy exchanges whose receivers are the senders; none: shards are
 * @param positions of the receiver: what comes of these logs is all that it has not read
 * @returns undefined: one of them has not begun yet
 */
export async function childrenBehind(
  rings: Rings,
  sentBy: readonly Exchange[],
  head: LogEntry,
  logId: string,
  positions: readonly SenderPosition[],
): Promise<readonly Child[] | undefined> {
  const { pipeline, source, incarnation, partition } = partitionOfLog(logId);
  for (const last of sentBy)
    for (let next = last; next.before !== undefined; next = next.before)
      if (next.id === source && String(next.before.generation) === incarnation)
        return childrenOf(pipeline, next.before, Number(partition.slice(1)), next);
  const headOf = (id: string) => readHead(rings.logs, rings.clock, id, rings.slots);
  const names = nextLogs(logId, head);
  const heads = await Promise.all(names.map(headOf));
  if (heads.includes(undefined)) return undefined;
  const parents = new Map<string, string[]>(names.map((name) => [name, []]));
  // Grows while it is gone through.
  const seen = new Set([logId, ...positions.map((position) => position.logId)]);
  for (const one of seen)
    for (const next of nextLogs(one, await headOf(one))) {
      parents.get(next)?.push(one);
      if (!parents.has(next)) seen.add(next);
    }
  return names.map((name) => ({ logId: name, parents: (parents.get(name) ?? []).sort() }));
}
