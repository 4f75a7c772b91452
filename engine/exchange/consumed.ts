import type { LogEntry } from '../partition-log/entry.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { readHead } from '../partition-log/read-log.ts';
import type { Exchange } from '../plan/exchange.ts';
import { receiverLogs } from './receivers.ts';

type Rings = Pick<LogSettings, 'logs' | 'clock' | 'slots'>;

/** Of a ring of 64, the newest of these is at most seven versions old. */
const LOOKED_AT = 8;

/**
 * The version up to which all receivers of an exchange have committed what they took of a sender (PL-31), or less: a
 * receiver that does not know the sender yet has taken nothing. An older entry says less than is so, which is safe, and
 * so a whole ring is read only where a few slots of it do not say that `wanted` was taken.
 *
 * @throws LOG_UNAVAILABLE (unavailable), LOG_DAMAGED (internal)
 */
export async function consumedBy(
  { topology, ...rings }: Rings & Pick<LogSettings, 'topology'>,
  exchange: Exchange,
  sender: string,
  wanted: number,
): Promise<number> {
  const taken = receiverLogs(topology.name, exchange).map((receiver) => takenBy(rings, receiver, sender, wanted));
  return Math.min(...(await Promise.all(taken)));
}

async function takenBy(rings: Rings, receiver: string, sender: string, wanted: number): Promise<number> {
  const { logs, clock, slots } = rings;
  const apart = Math.ceil(slots / LOOKED_AT);
  const some = Array.from({ length: Math.ceil(slots / apart) }, (_, i) => i * apart);
  const seen = Math.max(0, ...(await logs.read(receiver, some)).map((entry) => versionOf(entry, sender)));
  if (seen >= wanted) return seen;
  const head = await readHead(logs, clock, receiver, slots);
  return head === undefined ? 0 : versionOf(head, sender);
}

const versionOf = ({ positions }: LogEntry, sender: string): number =>
  positions.find(({ logId }) => logId === sender)?.version ?? 0;
