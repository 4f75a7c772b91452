import type { LoadedLog } from '../../engine/partition-log/open-log.ts';
import type { SenderPosition } from '../../engine/state/sender-position.ts';

/** The log of a sender as it stands. */
export interface SenderHead {
  readonly logId: string;
  readonly head: LoadedLog['head'];
}

/**
 * Commits of its senders that a receiver has not taken yet.
 *
 * @param positions those of the receiver; of a sender that it does not know it has taken nothing, or all if it is sealed
 */
export function unreadBy(positions: readonly SenderPosition[], senders: readonly SenderHead[]): number {
  const taken = new Map(positions.map(({ logId, version }) => [logId, version]));
  return senders.reduce((sum, { logId, head }) => {
    if (head === undefined || (head.sealedFor.length > 0 && !taken.has(logId))) return sum;
    return sum + Math.max(0, head.version - (taken.get(logId) ?? 0));
  }, 0);
}
