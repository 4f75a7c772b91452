import type { Construct } from 'constructs';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import type { DeployedTopology } from '../deployed-topology.ts';
import { idOf } from '../id-of.ts';
import type { FragmentFunctionProps } from '../process/fragment-function.ts';
import type { StageSettings } from '../settings.ts';
import { DoorbellQueue } from './doorbell-queue.ts';
import { ReceiverFunction } from './receiver-function.ts';

/** An exchange of a pipeline: what calls its receivers, and what they run in. */
export interface PipelineExchange {
  readonly doorbell: DoorbellQueue;
  readonly receiver: ReceiverFunction;
  /** What its receivers ring. */
  readonly rung: readonly DoorbellQueue[];
}

/**
 * The exchanges of a pipeline, in the order in which rows pass them. Each function knows, and may ring, the queues that it has
 * to and no others: what sends the one behind it, receivers their own too, the tick all.
 */
export class PipelineExchanges {
  readonly doorbells: readonly DoorbellQueue[];
  readonly #scope: Construct;

  constructor(
    scope: Construct,
    { topology, settings }: { readonly topology: DeployedTopology; readonly settings: StageSettings },
  ) {
    this.#scope = scope;
    this.doorbells = (topology.downstream ?? []).map(
      ({ exchange }, place) => new DoorbellQueue(scope, idOf('Doorbell', exchange.id, place), { exchange, settings }),
    );
  }

  /** Of what reads the source. */
  get rungBySource(): readonly DoorbellQueue[] {
    return this.doorbells.slice(0, 1);
  }

  /** What a function has to know that rings these. */
  environmentOf(rung: readonly DoorbellQueue[]): Pick<FunctionEnvironment, 'TIDEMARK_DOORBELL'> {
    if (rung.length === 0) return {};
    const isOnly = this.doorbells.length === 1;
    const urls = rung.map(({ exchange, queue }) => (isOnly ? queue.queueUrl : `${exchange.id}=${queue.queueUrl}`));
    return { TIDEMARK_DOORBELL: urls.join(' ') };
  }

  /** The functions behind them. */
  receivers(parts: Omit<FragmentFunctionProps, 'ingest'>): PipelineExchange[] {
    return this.doorbells.map((doorbell, place) => {
      const { id } = doorbell.exchange;
      const rung = this.doorbells.slice(place, place + 2);
      const which = this.doorbells.length === 1 ? {} : { TIDEMARK_EXCHANGE: id };
      const environment = { ...parts.environment, ...this.environmentOf(rung), ...which };
      const receiver = new ReceiverFunction(this.#scope, idOf('Receiver', id, place), {
        ...parts,
        environment,
        doorbell,
      });
      return { doorbell, receiver, rung };
    });
  }
}
