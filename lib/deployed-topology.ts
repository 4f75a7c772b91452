import type { KinesisSource, Topology } from '../engine/dsl/topology.ts';

/** What the infrastructure reads of a topology: names and figures, none of the user's code. */
export interface DeployedTopology extends Pick<Topology, 'name' | 'sinks'> {
  readonly source: Pick<KinesisSource, 'kind' | 'stream' | 'batchSize' | 'maxBatchingWindowMs'>;
}
