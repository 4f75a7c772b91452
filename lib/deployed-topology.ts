import type { ResultShape } from '../engine/plan/results.ts';
import type { KafkaSource, KinesisSource } from '../engine/plan/source.ts';
import type { Topology } from '../engine/topology.ts';

export type DeployedKinesis = Pick<KinesisSource, 'kind' | 'stream' | 'format' | 'batchSize' | 'maxBatchingWindowMs'>;
export type DeployedKafka = Pick<KafkaSource, 'kind' | 'topic' | 'format' | 'batchSize' | 'maxBatchingWindowMs'>;
export type DeployedSource = DeployedKinesis | DeployedKafka;

/** What the infrastructure reads of a topology: names and figures, none of the user's code. */
export interface DeployedTopology extends Pick<Topology, 'name' | 'sinks' | 'sideOutputs'> {
  readonly source: DeployedSource;
  /** All of them, `source` first. @default it is the only one */
  readonly sources?: readonly DeployedSource[];
  /** Its exchanges. @default none: all of it runs in one function */
  readonly downstream?: Topology['downstream'];
  /** For the columns of the lake's tables, and the key of the result table. */
  readonly results: Pick<ResultShape, 'identity' | 'columns'>;
}

/** All sources of a pipeline, the first one first. */
export function deployedSources({
  source,
  sources = [source],
}: Pick<DeployedTopology, 'source' | 'sources'>): readonly DeployedSource[] {
  return sources;
}

/** Whether what reads a source has to get at the brokers of topics: it reads one, or puts results into one. */
export function reachesBrokers({ kind }: DeployedSource, { sinks }: Pick<DeployedTopology, 'sinks'>): boolean {
  return kind === 'kafka' || sinks.some((sink) => sink.kind === 'topic');
}
