import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';
import type { Doorbell, Random } from '../../engine/ports.ts';
import { errorName } from '../shared/aws-failure.ts';
import { callsOf } from '../shared/calls.ts';
import { SYSTEM_RANDOM } from '../shared/system-random.ts';
import { bellText } from './bell.ts';

export interface SqsDoorbellProps {
  readonly client: SQSClient;
  /** URL of a FIFO queue. */
  readonly queueUrl: string;
  /** Told of receivers that were not rung, and why; must not throw. */
  readonly missed: (receivers: readonly number[], reason: string) => void;
  /** @default SYSTEM_RANDOM */
  readonly random?: Pick<Random, 'id'>;
}

/** What one SendMessageBatch takes. */
const CALL_LIMITS = Object.freeze({ entries: 10, bytes: 1_000_000 });

/**
 * Rings over a FIFO queue, which has one call per receiver at work: the receiver is the group (PL-38).
 *
 * Each ring has a deduplication id of its own. SQS leaves out what has the id of a message of the last five minutes, also
 * when that one was taken long ago, and so a ring with the id of its receiver would be swallowed after the call that it
 * should follow. Rings that wait together for one receiver come as one batch, and are one call.
 */
export class SqsDoorbell implements Doorbell {
  readonly #props: Required<SqsDoorbellProps>;

  constructor({ random = SYSTEM_RANDOM, ...props }: SqsDoorbellProps) {
    this.#props = { ...props, random };
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
      MessageDeduplicationId: this.#props.random.id(),
    };
  }
}
