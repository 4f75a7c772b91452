import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';
import { intervalAt } from '../../engine/exchange/pace.ts';
import type { Clock, Doorbell, Random } from '../../engine/ports.ts';
import { errorName } from '../shared/aws-failure.ts';
import { callsOf } from '../shared/calls.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import { SYSTEM_RANDOM } from '../shared/system-random.ts';
import { bellText } from './bell.ts';

export interface SqsDoorbellProps {
  readonly client: SQSClient;
  /** URL of a FIFO queue, which delays what it gets by the pace. */
  readonly queueUrl: string;
  /** Of the exchange: rings within so long are one call; 0: each is by itself. */
  readonly paceMs: number;
  /** Told of receivers that were not rung, and why; must not throw. */
  readonly missed: (receivers: readonly number[], reason: string) => void;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
  /** @default SYSTEM_RANDOM */
  readonly random?: Pick<Random, 'id'>;
}

/** What one SendMessageBatch takes. */
const CALL_LIMITS = Object.freeze({ entries: 10, bytes: 1_000_000 });

/**
 * Rings over a FIFO queue, which has one call per receiver at work: the receiver is the group (PL-38).
 *
 * SQS leaves out what has the deduplication id of a message of the last five minutes, also when that one was taken long
 * ago. So the id says in which interval of the pace the ring was: the interval's first one is handed over when it has
 * ended, and stands for all of them, whoever rings and why. A ring with the id of its receiver alone, or of a version
 * at which the receiver may stand for several calls, could be left out after the call that it should follow. Rings that
 * wait together for one receiver come as one batch, and are one call.
 */
export class SqsDoorbell implements Doorbell {
  readonly #props: Required<SqsDoorbellProps>;

  constructor({ clock = SYSTEM_CLOCK, random = SYSTEM_RANDOM, ...props }: SqsDoorbellProps) {
    this.#props = { ...props, clock, random };
  }

  async ring(exchange: string, receivers: readonly number[]): Promise<void> {
    const calls = [...callsOf(receivers, () => 0, CALL_LIMITS)];
    await Promise.all(calls.map((some) => this.#send(exchange, some)));
  }

  async #send(exchange: string, receivers: readonly number[]): Promise<void> {
    const { client, queueUrl, missed } = this.#props;
    const entries = receivers.map((receiver, i) => this.#entry(exchange, receiver, String(i)));
    try {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
      const reasons = new Map<string, number[]>();
      for (const { Id, Code = 'no reason' } of Failed)
        reasons.set(Code, [...(reasons.get(Code) ?? []), receivers[Number(Id)] as number]);
      for (const [reason, some] of reasons) missed(some, reason);
    } catch (error) {
      missed(receivers, errorName(error));
    }
  }

  #entry(exchange: string, receiver: number, id: string): SendMessageBatchRequestEntry {
    return {
      Id: id,
      MessageBody: bellText({ exchange, receiver }),
      MessageGroupId: `${exchange}/${receiver}`,
      MessageDeduplicationId: `${exchange}/${receiver}/${this.#ringId()}`,
    };
  }

  /** Of now, which is after the commit that it is about. */
  #ringId(): string {
    const { paceMs, clock, random } = this.#props;
    return paceMs === 0 ? random.id() : String(intervalAt(clock.nowMs(), paceMs));
  }
}
