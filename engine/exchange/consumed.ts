import type { LogEntry } from '../partition-log/entry.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { logIdOf } from '../partition-log/log-id.ts';
import { readHead } from '../partition-log/read-log.ts';
import type { Exchange } from '../plan/exchange.ts';
import { rangeOfReceiver, receiverPartition, receiversIn } from './receivers.ts';

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
  const pipeline = topology.name;
  const receivers = Array.from({ length: exchange.receivers }, (_, receiver) => receiver);
  const taken = receivers.map((receiver) => takenBy(rings, pipeline, exchange, receiver, sender, wanted));
  return leastOf(taken);
}

async function takenBy(
  rings: Rings,
  pipeline: string,
  exchange: Exchange,
  receiver: number,
  sender: string,
  wanted: number,
): Promise<number> {
  const { logs, clock, slots } = rings;
  const logId = logIdOf(receiverPartition(pipeline, exchange, receiver));
  const apart = Math.ceil(slots / LOOKED_AT);
  const some = Array.from({ length: Math.ceil(slots / apart) }, (_, i) => i * apart);
  const seen = Math.max(0, ...(await logs.read(logId, some)).map((entry) => versionOf(entry, sender)));
  if (seen >= wanted) return seen;
  const head = await readHead(logs, clock, logId, slots);
  if (head !== undefined) return versionOf(head, sender);
  const { before } = exchange;
  if (before === undefined) return 0;
  // It begins with what those have taken from whom it takes over (PL-39).
  const parents = receiversIn(rangeOfReceiver(receiver, exchange), before);
  const taken = parents.map((parent) => takenBy(rings, pipeline, before, parent, sender, wanted));
  return leastOf(taken);
}

const versionOf = ({ positions }: LogEntry, sender: string): number =>
  positions.find(({ logId }) => logId === sender)?.version ?? 0;

async function leastOf(taken: ReadonlyArray<Promise<number>>): Promise<number> {
  return Math.min(...(await Promise.all(taken)));
}
