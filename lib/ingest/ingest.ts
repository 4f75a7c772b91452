import type { Construct } from 'constructs';
import { TidemarkError } from '../../engine/errors.ts';
import type { PipelineHandler } from '../../lambdas/bundle.ts';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import type { DeployedTopology } from '../deployed-topology.ts';
import type { ObservedSource } from '../observe/observed.ts';
import type { ExistingStreams } from '../kinesis-stream.ts';
import type { StageSettings } from '../settings.ts';
import type { Grantee } from './kafka/cluster.ts';
import { KafkaIngest } from './kafka/kafka-ingest.ts';
import type { PipelineTopics } from './kafka/pipeline-topics.ts';
import { KinesisIngest } from './kinesis-ingest.ts';

/** What those who read a source need of it, whatever kind it is. */
export interface ReadSource {
  /** For people, e.g. `Kinesis stream`. */
  readonly noun: string;
  readonly handlers: { readonly process: PipelineHandler; readonly tick: PipelineHandler };
  /** What the scheduler tells the tick. */
  readonly tickEvent: Readonly<Record<string, string>>;
  /** Of the functions, beyond what every function has. */
  readonly environment: Partial<FunctionEnvironment>;
  readonly observed: ObservedSource;
  /** Lets a function prove that a partition is drained. */
  grantRead(reader: Grantee): void;
  /** Lets a producer put records. */
  grantPut(producer: Grantee): void;
}

/** Where the records of a pipeline come from. */
export type Ingest = KinesisIngest | KafkaIngest;

export interface IngestProps {
  readonly topology: DeployedTopology;
  /** undefined: the pipeline has none. */
  readonly topics: PipelineTopics | undefined;
  readonly settings: StageSettings;
  /** Streams that exist already. */
  readonly streams?: ExistingStreams | undefined;
}

export function ingestOf(scope: Construct, id: string, { topology: { name: pipeline, source }, topics, settings, streams = {} }: IngestProps): Ingest {
  if (source.kind === 'kinesis') return new KinesisIngest(scope, id, { pipeline, source, settings, existing: streams });
  if (topics === undefined) throw new TidemarkError('internal', 'NO_CLUSTER', `topic ${source.topic} must have a cluster, got none; report this as a defect`);
  return new KafkaIngest(scope, id, { pipeline, source, topics, settings });
}
