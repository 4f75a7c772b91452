import type { KinesisSource, ResultShape, Topology } from '../engine/dsl/topology.ts';

/** What the infrastructure reads of a topology: names and figures, none of the user's code. */
export interface DeployedTopology extends Pick<Topology, 'name' | 'sinks'> {
  /** For the columns of the lake's tables, and the key of the result table. */
  readonly results: Pick<ResultShape, 'identity' | 'columns'>;
  readonly source: Pick<KinesisSource, 'kind' | 'stream' | 'batchSize' | 'maxBatchingWindowMs'>;
}
