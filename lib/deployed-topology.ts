import type { ResultShape } from '../engine/plan/results.ts';
import type { KafkaSource, KinesisSource } from '../engine/plan/source.ts';
import type { Topology } from '../engine/topology.ts';

export type DeployedKinesis = Pick<KinesisSource, 'kind' | 'stream' | 'format' | 'batchSize' | 'maxBatchingWindowMs'>;
export type DeployedKafka = Pick<KafkaSource, 'kind' | 'topic' | 'format' | 'batchSize' | 'maxBatchingWindowMs'>;

/** What the infrastructure reads of a topology: names and figures, none of the user's code. */
export interface DeployedTopology extends Pick<Topology, 'name' | 'sinks' | 'sideOutputs'> {
  readonly source: DeployedKinesis | DeployedKafka;
  /** Its exchanges. @default none: all of it runs in one function */
  readonly downstream?: Topology['downstream'];
  /** For the columns of the lake's tables, and the key of the result table. */
  readonly results: Pick<ResultShape, 'identity' | 'columns'>;
}
