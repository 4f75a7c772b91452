/**
 * What a tick does for the receivers of an exchange (PL-37, PL-38). Their time is that of their senders, so a tick moves
 * senders that are idle also when only a receiver has something to do; and it calls every receiver that has something to
 * read, or to do by the clock.
 */
import type { LogEntry } from '../partition-log/entry.ts';
import { slotOf } from '../partition-log/ring.ts';
import type { Processor } from '../processor.ts';
import { readable } from './positions.ts';
import type { ReceiverHeads } from './receiver-heads.ts';
import { receiverLogs } from './receivers.ts';

export interface ReceiversTime {
  /** Of each receiver; `unread` when its log could not be read, undefined when it has none. */
  readonly heads: ReadonlyArray<LogEntry | 'unread' | undefined>;
  /** The output watermark from which on one of them has something to do; undefined: none has. */
  readonly dueMs: number | undefined;
}

type Sender = Pick<Processor, 'topology' | 'logs' | 'doorbell'>;

/** @returns undefined where there is no exchange */
export async function lookAtReceivers(
  { topology, logs: { settings } }: Sender,
  newest: ReceiverHeads,
): Promise<ReceiversTime | undefined> {
  if (topology.sendsTo === undefined) return undefined;
  const settled = await Promise.allSettled(
    receiverLogs(topology.name, topology.sendsTo).map((logId) => newest.of(settings, logId)),
  );
  const heads = settled.map((one) => (one.status === 'fulfilled' ? one.value : ('unread' as const)));
  // One that could not be read may have anything to do.
  const dues = heads.map((head) => (head === 'unread' ? Number.NEGATIVE_INFINITY : head?.due?.eventMs));
  const known = dues.filter((dueMs) => dueMs !== undefined);
  return { heads, dueMs: known.length === 0 ? undefined : Math.min(...known) };
}

/** Once the senders have moved. */
export async function callReceivers(
  { topology, logs, doorbell }: Sender,
  receivers: ReceiversTime | undefined,
  nowMs: number,
): Promise<void> {
  if (topology.sendsTo === undefined || receivers === undefined || doorbell === undefined) return;
  const { settings } = logs;
  const waiting = await Promise.all(receivers.heads.map((head) => hasWork(settings, head, nowMs)));
  const called = waiting.flatMap((isWaiting, receiver) => (isWaiting ? [receiver] : []));
  if (called.length > 0) await doorbell.ring(topology.sendsTo.id, called);
}

async function hasWork(
  { logs, slots }: Sender['logs']['settings'],
  head: ReceiversTime['heads'][number],
  nowMs: number,
): Promise<boolean> {
  // One that has not begun may have senders that have; nothing is lost by a call for nothing.
  if (head === undefined || head === 'unread') return true;
  if ((head.due?.processingMs ?? Number.POSITIVE_INFINITY) <= nowMs || head.pending !== undefined) return true;
  // Of its last version an entry cannot say whether it was delivered: the call that failed to is repeated by the queue.
  if (head.publishedVersion < head.version - 1) return true;
  const next = await Promise.all(
    readable(head.positions).map(async ({ logId, version }) => {
      const found = await logs.read(logId, [slotOf(version + 1, slots)]).catch(() => undefined);
      return found === undefined || found.some((entry) => entry.version > version);
    }),
  );
  return next.includes(true);
}
