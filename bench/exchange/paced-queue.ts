import type { SQSClient, SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import { readBell } from '../../adapters/sqs/bell.ts';
import { SqsDoorbell } from '../../adapters/sqs/doorbell.ts';
import type { Doorbell } from '../../engine/ports.ts';
import { FifoQueue } from '../../test/support/fifo-queue.ts';

/** The queue of an exchange in virtual time, with what senders ask of it: what waits is handed over as time goes on. */
export class PacedQueue {
  readonly doorbell: Doorbell;
  /** That sent rings. */
  requests = 0;
  #nowMs = 0;
  readonly #queue: FifoQueue;
  readonly #receivers = new Map<string, number>();

  constructor(paceMs: number) {
    this.#queue = new FifoQueue(paceMs);
    const send = async ({ input: { Entries = [] } }: { readonly input: SendMessageBatchCommandInput }) => {
      this.requests++;
      for (const { MessageBody = '', MessageGroupId = '', MessageDeduplicationId = '' } of Entries) {
        this.#receivers.set(MessageGroupId, Number(readBell(MessageBody).receiver));
        this.#queue.send(MessageGroupId, MessageDeduplicationId, this.#nowMs);
      }
      return { Successful: [], Failed: [] };
    };
    const missed = (_receivers: readonly number[], reason: string): void => {
      throw new Error(`ring must be taken, got ${reason}`);
    };
    const clock = { nowMs: () => this.#nowMs, sleep: () => Promise.reject(new Error('time goes on by advance()')) };
    const client = { send } as unknown as SQSClient;
    this.doorbell = new SqsDoorbell({ client, queueUrl: 'https://queue.fifo', paceMs, clock, missed });
  }

  /** Calls receivers until then, each once for all that it has been rung by the time of its call. */
  async advance(toMs: number, call: (receiver: number) => Promise<void>): Promise<void> {
    for (;;) {
      const { nextMs } = this.#queue;
      if (nextMs === undefined || nextMs > toMs) break;
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      for (const group of this.#queue.groupsBy(this.#nowMs)) {
        this.#queue.take(group, this.#nowMs);
        await call(this.#receivers.get(group) as number);
      }
    }
    this.#nowMs = toMs;
  }
}
