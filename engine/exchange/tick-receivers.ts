/**
 * What a tick does for the receivers of all exchanges (PL-37, PL-38). Their time is that of their senders, so a tick moves
 * senders that are idle also when only a receiver has something to do; and it calls every receiver that has something to
 * read, or to do by the clock.
 */
import type { LogEntry } from '../partition-log/entry.ts';
import { slotOf } from '../partition-log/ring.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { Processor } from '../processor.ts';
import type { SenderPosition } from '../state/sender-position.ts';
import { readable } from './positions.ts';
import type { NewestHeads } from './newest-heads.ts';
import { receiverLogs } from './receivers.ts';

/** The receivers of one exchange. */
interface ReceiversHeads {
  readonly exchange: Exchange;
  /** Of each receiver; `unread` when its log could not be read, undefined when it has none. */
  readonly heads: ReadonlyArray<LogEntry | 'unread' | undefined>;
}

export interface ReceiversTime {
  /** The last exchange first: a receiver that is found without rows may be sent some once it was looked at, never before. */
  readonly exchanges: readonly ReceiversHeads[];
  /** The output watermark from which on one of them has something to do; undefined: none has. */
  readonly dueMs: number | undefined;
}

type Sender = Pick<Processor, 'topology' | 'logs' | 'doorbell'>;

/** @returns undefined where there is no exchange */
export async function lookAtReceivers(
  { topology, logs: { settings } }: Sender,
  newest: NewestHeads,
): Promise<ReceiversTime | undefined> {
  if (topology.downstream.length === 0) return undefined;
  const exchanges: ReceiversHeads[] = [];
  const dues: number[] = [];
  for (const { exchange, delayMs } of topology.downstream.toReversed()) {
    const settled = await Promise.allSettled(
      receiverLogs(topology.name, exchange).map((logId) => newest.of(settings, logId)),
    );
    const heads = settled.map((one) => (one.status === 'fulfilled' ? one.value : ('unread' as const)));
    exchanges.push({ exchange, heads });
    // One that could not be read may have anything to do.
    for (const head of heads) dues.push(head === 'unread' ? Number.NEGATIVE_INFINITY : dueOf(head, delayMs));
  }
  const dueMs = Math.min(...dues);
  return { exchanges, dueMs: dueMs === Number.POSITIVE_INFINITY ? undefined : dueMs };
}

/** By the output watermark of those that the tick moves: the fragments between hold time back. */
function dueOf(head: LogEntry | undefined, delayMs: number): number {
  return (head?.due?.eventMs ?? Number.POSITIVE_INFINITY) + delayMs;
}

/** Once the senders have moved. */
export async function callReceivers(
  { topology, logs: { settings }, doorbell }: Sender,
  receivers: ReceiversTime | undefined,
  nowMs: number,
): Promise<void> {
  if (receivers === undefined || doorbell === undefined) return;
  for (const { exchange, heads } of receivers.exchanges.toReversed()) {
    const next = topology.downstream[topology.downstream.findIndex((one) => one.exchange === exchange) + 1];
    const goesOn = whetherLogsGoOn(settings);
    const waiting = await Promise.all(heads.map((head) => hasWork(head, goesOn, next?.exchange, nowMs)));
    const called = waiting.flatMap((isWaiting, receiver) => (isWaiting ? [receiver] : []));
    if (called.length > 0) await doorbell.ring(exchange.id, called);
  }
}

/** Whether a log has more than up to a version. */
type GoesOn = (position: Pick<SenderPosition, 'logId' | 'version'>) => Promise<boolean>;

/**
 * For all receivers of an exchange: at rest they stand at the same place of a sender, which is read once then, when each of
 * them has been looked at.
 */
function whetherLogsGoOn({ logs, slots }: Sender['logs']['settings']): GoesOn {
  const asked = new Map<string, Promise<boolean>>();
  const ask: GoesOn = async ({ logId, version }) => {
    const found = await logs.read(logId, [slotOf(version + 1, slots)]).catch(() => undefined);
    return found === undefined || found.some((entry) => entry.version > version);
  };
  return (position) => {
    const place = `${position.logId} ${position.version}`;
    const answer = asked.get(place) ?? ask(position);
    asked.set(place, answer);
    return answer;
  };
}

async function hasWork(
  head: ReceiversHeads['heads'][number],
  goesOn: GoesOn,
  sendsTo: Exchange | undefined,
  nowMs: number,
): Promise<boolean> {
  // One that has not begun may have senders that have; nothing is lost by a call for nothing.
  if (head === undefined || head === 'unread') return true;
  if ((head.due?.processingMs ?? Number.POSITIVE_INFINITY) <= nowMs || head.pending !== undefined) return true;
  // Those behind it wait for what it sends to them (PL-39).
  if (sendsTo !== undefined && (head.sent?.generation ?? 0) < sendsTo.generation) return true;
  // Of its last version an entry cannot say whether it was delivered: the call that failed to is repeated by the queue.
  if (head.publishedVersion < head.version - 1) return true;
  return (await Promise.all(readable(head.positions).map(goesOn))).includes(true);
}
