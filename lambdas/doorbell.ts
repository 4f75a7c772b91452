import { NodeHttpHandler } from '@smithy/node-http-handler';
import { emitExchangeTrouble } from '../adapters/cloudwatch/telemetry.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { messageOf } from '../engine/errors.ts';
import { receiversDimension } from '../engine/metrics.ts';
import type { Doorbell } from '../engine/ports.ts';
import type { Topology } from '../engine/topology.ts';
import type { FunctionEnvironment } from './environment.ts';

/** Whom a function rings: its own receivers, and those behind. */
type Rung = Pick<Topology, 'name' | 'sendsTo' | 'receivesFrom' | 'downstream'>;

/** Calls the receivers of a pipeline's exchanges. Its client is loaded with the first ring: most functions never need it. */
export function doorbellOf(
  { name: pipeline, sendsTo, receivesFrom, downstream }: Rung,
  { TIDEMARK_DOORBELL: queues, TIDEMARK_STAGE: stage }: Required<FunctionEnvironment>,
): Doorbell | undefined {
  const only = sendsTo ?? receivesFrom;
  if (only === undefined || queues === '') return undefined;
  const missed = (exchange: string, receivers: readonly number[], reason: string): void => {
    console.error(
      `receivers ${receivers.join(', ')} of ${exchange} were not rung: ${reason}; the next tick calls them`,
    );
    const context = { pipeline: receiversDimension(pipeline, exchange), stage, nowMs: SYSTEM_CLOCK.nowMs() };
    emitExchangeTrouble(context, 'missedRings', receivers.length);
  };
  const known = [receivesFrom, ...downstream.map(({ exchange }) => exchange)];
  const paceOf = (id: string): number => known.find((one) => one?.id === id)?.paceMs ?? 0;
  const load = async (): Promise<ReadonlyMap<string, Doorbell>> => {
    const [{ SqsDoorbell }, { SQSClient }] = await Promise.all([
      import('../adapters/sqs/doorbell.ts'),
      import('@aws-sdk/client-sqs'),
    ]);
    const client = new SQSClient({ maxAttempts: 2, requestHandler: impatient() });
    return new Map(
      [...queueUrlsIn(queues, only.id)].map(([exchange, queueUrl]) => [
        exchange,
        new SqsDoorbell({
          client,
          queueUrl,
          paceMs: paceOf(exchange),
          missed: (some, reason) => missed(exchange, some, reason),
        }),
      ]),
    );
  };
  let loaded: Promise<ReadonlyMap<string, Doorbell>> | undefined;
  return {
    ring: async (exchange, receivers) => {
      try {
        const doorbell = (await (loaded ??= load())).get(exchange);
        if (doorbell === undefined) missed(exchange, receivers, 'no queue of it is known');
        else await doorbell.ring(exchange, receivers);
      } catch (error) {
        missed(exchange, receivers, messageOf(error));
      }
    },
  };
}

/**
 * Whose queue is where.
 *
 * @param only the exchange of a URL without an id
 * @example queueUrlsIn('https://a', 'by-x') // by-x: https://a
 * @example queueUrlsIn('by-x=https://a all=https://b', 'by-x') // by-x: https://a, all: https://b
 */
export function queueUrlsIn(text: string, only: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(' ').map((part) => {
      const [, exchange = only, url = ''] = /^(?:([\w.-]+)=)?(.+)$/.exec(part) ?? [];
      return [exchange, url];
    }),
  );
}

/** The batch is committed by then, and waits for the ring alone. */
const impatient = (): NodeHttpHandler =>
  new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true });
