import type { LogSettings } from '../partition-log/log-settings.ts';
import { readHead } from '../partition-log/read-log.ts';
import type { Exchange } from '../plan/exchange.ts';
import { receiverLogs } from './receivers.ts';

/**
 * The version up to which all receivers of an exchange have committed what they took of a sender (PL-31): a receiver that
 * does not know the sender yet has taken nothing, one that is done with it all. An older head says less than is so, which
 * is safe.
 *
 * @throws LOG_UNAVAILABLE (unavailable), LOG_DAMAGED (internal)
 */
export async function consumedBy(
  { topology, logs, clock, slots }: Pick<LogSettings, 'topology' | 'logs' | 'clock' | 'slots'>,
  exchange: Exchange,
  sender: string,
): Promise<number> {
  const heads = await Promise.all(
    receiverLogs(topology.name, exchange).map((logId) => readHead(logs, clock, logId, slots)),
  );
  return Math.min(...heads.map((head) => head?.positions.find(({ logId }) => logId === sender)?.version ?? 0));
}
