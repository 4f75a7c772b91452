import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { emitBatchReport, emitExchangeTrouble, type TelemetryContext } from '../adapters/cloudwatch/telemetry.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { TidemarkError } from '../engine/errors.ts';
import type { Pipeline, Topology } from '../engine/index.ts';
import type { Exchange } from '../engine/plan/exchange.ts';
import { receiversDimension } from '../engine/metrics.ts';
import { readEnvironment } from './environment.ts';
import { receivingProcessorOf } from './processor.ts';
import { answerBells } from './answer-bells.ts';

/** Of the time that an invocation has left, what a receiver may begin to read in: the rest is for what it has read. */
const SHARE_OF_TIME = 0.5;

/** The handler of `receive`: each receiver's log is committed on its own, side by side. */
export function receiveHandler({
  topology: { name },
  fragments,
}: Pipeline): (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse> {
  const environment = readEnvironment(process.env);
  const [topology, exchange] = receivingFragment(name, fragments, environment.TIDEMARK_EXCHANGE);
  const processor = receivingProcessorOf(topology, environment);
  const context = (): TelemetryContext => ({
    pipeline: receiversDimension(name, exchange.id),
    stage: environment.TIDEMARK_STAGE,
    nowMs: SYSTEM_CLOCK.nowMs(),
  });
  return async ({ Records: bells }, { getRemainingTimeInMillis }) =>
    answerBells(processor, bells, {
      withinMs: getRemainingTimeInMillis() * SHARE_OF_TIME,
      reported: (report) => emitBatchReport(context(), report),
      failed: (texts) => {
        for (const text of texts) console.error(text);
        emitExchangeTrouble(context(), 'failedReceivers', texts.length);
      },
    });
}

/**
 * What runs behind an exchange.
 *
 * @param exchange its id; empty: the first one
 * @throws NEEDS_EXCHANGE (invalid)
 */
export function receivingFragment(
  name: string,
  fragments: readonly Topology[],
  exchange: string,
): readonly [Topology, Exchange] {
  for (const topology of fragments) {
    const { receivesFrom } = topology;
    if (receivesFrom !== undefined && (exchange === '' || exchange === receivesFrom.id))
      return [topology, receivesFrom];
  }
  const which = exchange === '' ? 'an exchange' : `the exchange ${exchange}`;
  throw new TidemarkError(
    'invalid',
    'NEEDS_EXCHANGE',
    `pipeline for receive must have ${which}, got ${name} without; deploy it without this function`,
  );
}
