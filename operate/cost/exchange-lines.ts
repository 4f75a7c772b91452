import { PRICES, SECONDS_PER_MONTH } from './prices.ts';

/** Lambda asks a queue with so many requests at a time, each of which waits for so long [s]. */
const POLLERS = 5;
const LONG_POLL_SECONDS = 20;

/** What an exchange costs without records, a month: Lambda asks its queue whether there is something. */
export function exchangeAtRestUsd(): Record<string, number> {
  const requests = (SECONDS_PER_MONTH / LONG_POLL_SECONDS) * POLLERS;
  return { SQS: (requests / 1e6) * PRICES.sqs.perMillionFifoRequests };
}
