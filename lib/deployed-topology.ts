import type { Aggregate } from '../engine/aggregate/aggregate.ts';
import type { KinesisSource, Topology } from '../engine/dsl/topology.ts';

/** What the infrastructure reads of a topology: names and figures, none of the user's code. */
export interface DeployedTopology extends Pick<Topology, 'name' | 'sinks'> {
  /** For the columns of the lake's tables. */
  readonly aggregates: ReadonlyArray<{ readonly name: string; readonly aggregate: Pick<Aggregate<never>, 'descriptor'> & { readonly aggregator: Pick<Aggregate<never>['aggregator'], 'resultType'> } }>;
  readonly source: Pick<KinesisSource, 'kind' | 'stream' | 'batchSize' | 'maxBatchingWindowMs'>;
}
