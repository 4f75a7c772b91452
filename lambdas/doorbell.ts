import { NodeHttpHandler } from '@smithy/node-http-handler';
import { emitExchangeTrouble } from '../adapters/cloudwatch/telemetry.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { messageOf } from '../engine/errors.ts';
import { receiversDimension } from '../engine/metrics.ts';
import type { Doorbell } from '../engine/ports.ts';
import type { Topology } from '../engine/topology.ts';
import type { FunctionEnvironment } from './environment.ts';

/** Calls the receivers of a pipeline's exchange. Its client is loaded with the first ring: most functions never need it. */
export function doorbellOf(
  { name: pipeline, sendsTo, receivesFrom }: Pick<Topology, 'name' | 'sendsTo' | 'receivesFrom'>,
  { TIDEMARK_DOORBELL: queueUrl, TIDEMARK_STAGE: stage }: Required<FunctionEnvironment>,
): Doorbell | undefined {
  const exchange = sendsTo ?? receivesFrom;
  if (exchange === undefined || queueUrl === '') return undefined;
  const missed = (receivers: readonly number[], reason: string): void => {
    console.error(
      `receivers ${receivers.join(', ')} of ${exchange.id} were not rung: ${reason}; the next tick calls them`,
    );
    const context = { pipeline: receiversDimension(pipeline, exchange.id), stage, nowMs: SYSTEM_CLOCK.nowMs() };
    emitExchangeTrouble(context, 'missedRings', receivers.length);
  };
  const load = async (): Promise<Doorbell> => {
    const [{ SqsDoorbell }, { SQSClient }] = await Promise.all([
      import('../adapters/sqs/doorbell.ts'),
      import('@aws-sdk/client-sqs'),
    ]);
    return new SqsDoorbell({
      client: new SQSClient({ maxAttempts: 2, requestHandler: impatient() }),
      queueUrl,
      missed,
    });
  };
  let loaded: Promise<Doorbell> | undefined;
  return {
    ring: async (id, receivers) => {
      try {
        await (await (loaded ??= load())).ring(id, receivers);
      } catch (error) {
        missed(receivers, messageOf(error));
      }
    },
  };
}

/** The batch is committed by then, and waits for the ring alone. */
const impatient = (): NodeHttpHandler =>
  new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true });
