import type { LoadedLog } from '../../engine/partition-log/open-log.ts';
import type { SenderPosition } from '../../engine/state/sender-position.ts';

/** The log of a sender as it stands. */
export interface SenderHead {
  readonly logId: string;
  /** Its partition. */
  readonly sender: string;
  readonly head: LoadedLog['head'];
}

/** Of one sender. */
export interface Unread {
  /** Its partition. */
  readonly sender: string;
  /** Commits that the receiver has not taken yet. */
  readonly commits: number;
}

/**
 * What a receiver has not taken yet, of each sender.
 *
 * @param positions those of the receiver; of a sender that it does not know it has taken nothing, or all if it is sealed
 */
export function unreadBy(positions: readonly SenderPosition[], senders: readonly SenderHead[]): Unread[] {
  const taken = new Map(positions.map(({ logId, version }) => [logId, version]));
  return senders.flatMap(({ logId, sender, head }) => {
    if (head === undefined || (head.sealedFor.length > 0 && !taken.has(logId))) return [];
    return [{ sender, commits: Math.max(0, head.version - (taken.get(logId) ?? 0)) }];
  });
}

/** The sender of which most is left, if there is any. */
export function mostUnread(unread: readonly Unread[]): Unread | null {
  const most = unread.reduce<Unread | null>((a, b) => (a !== null && a.commits >= b.commits ? a : b), null);
  return most === null || most.commits === 0 ? null : most;
}
