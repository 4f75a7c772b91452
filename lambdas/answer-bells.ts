import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { readBell } from '../adapters/sqs/bell.ts';
import { messageOf, TidemarkError } from '../engine/errors.ts';
import { receive, type ReceiveReport } from '../engine/exchange/receive.ts';
import { rungReceivers } from '../engine/exchange/receivers.ts';
import type { Exchange } from '../engine/plan/exchange.ts';
import type { ReceivingProcessor } from '../engine/processor.ts';

/** What the queue hands over, as far as it is read. */
export type BellRecord = Pick<SQSRecord, 'messageId' | 'body'>;

export interface AnswerOptions {
  /** No receiver begins to read later than this after the start [ms]. */
  readonly withinMs: number;
  /** Told of each receiver that has worked. */
  readonly reported: (report: ReceiveReport) => void;
  /** Told of those that failed, one line each; not called when none has. */
  readonly failed: (texts: readonly string[]) => void;
}

/**
 * Calls each receiver that was rung, once, however often it was. A receiver that fails is a failure of its own rings, which
 * come again; the others go on. One that has more to read rings for itself before its rings are done with; where it has no
 * doorbell, its rings come again.
 *
 * @returns the rings that are to come again
 * @throws what the first one threw, when no receiver got on: so that the function counts as failed
 */
export async function answerBells(
  processor: ReceivingProcessor,
  bells: readonly BellRecord[],
  { withinMs, reported, failed }: AnswerOptions,
): Promise<SQSBatchResponse> {
  const exchange = processor.topology.receivesFrom as Exchange;
  const failures: Array<{ readonly text: string; readonly cause: unknown; readonly bells: readonly BellRecord[] }> = [];
  const unread: BellRecord[] = [];
  const rung = new Map<number, BellRecord[]>();
  for (const bell of bells) {
    try {
      for (const receiver of rungBy(exchange, bell.body)) rung.set(receiver, [...(rung.get(receiver) ?? []), bell]);
    } catch (cause) {
      failures.push({ text: `ring ${bell.messageId}: ${messageOf(cause)}`, cause, bells: [bell] });
    }
  }
  const calls = [...rung].map(async ([receiver, itsBells]) => {
    try {
      const report = await receive(processor, receiver, { withinMs });
      reported(report);
      if (report.isDrained) return;
      if (processor.doorbell === undefined) unread.push(...itsBells);
      else await processor.doorbell.ring(exchange.id, [receiver]);
    } catch (cause) {
      failures.push({ text: `receiver ${receiver}: ${messageOf(cause)}`, cause, bells: itsBells });
    }
  });
  await Promise.all(calls);
  if (failures.length > 0) failed(failures.map(({ text }) => text));
  // A ring under an old number is for several receivers, and may fail for each.
  const failing = new Set(failures.flatMap((failure) => failure.bells));
  if (failing.size > 0 && failing.size === bells.length) throw failures[0]?.cause;
  const again = [...new Set([...failing, ...unread])];
  return { batchItemFailures: again.map(({ messageId: itemIdentifier }) => ({ itemIdentifier })) };
}

/** @throws BELL_MALFORMED, EXCHANGE_UNKNOWN, RECEIVER_UNKNOWN (invalid) */
function rungBy(exchange: Exchange, body: string): readonly number[] {
  const bell = readBell(body);
  if (bell.exchange === exchange.id) return rungReceivers(exchange, bell.receiver);
  throw new TidemarkError(
    'invalid',
    'EXCHANGE_UNKNOWN',
    `exchange of a ring must be ${exchange.id}, got ${JSON.stringify(bell.exchange)}; wait until all functions of the pipeline are deployed, or purge its queue`,
  );
}
