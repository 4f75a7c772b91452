import type { Construct } from 'constructs';
import { TidemarkError } from '../../engine/errors.ts';
import type { DeployedSource } from '../deployed-topology.ts';
import type { ExistingStreams } from '../kinesis-stream.ts';
import type { StageSettings } from '../settings.ts';
import { KafkaIngest } from './kafka/kafka-ingest.ts';
import type { PipelineTopics } from './kafka/pipeline-topics.ts';
import { KinesisIngest } from './kinesis-ingest.ts';

/** Where the records of a pipeline come from. */
export type Ingest = KinesisIngest | KafkaIngest;

export interface IngestProps {
  /** Name of the pipeline. */
  readonly pipeline: string;
  readonly source: DeployedSource;
  /** Of the source, among those of the pipeline. */
  readonly place: number;
  /** undefined: the pipeline has none. */
  readonly topics: PipelineTopics | undefined;
  readonly settings: StageSettings;
  /** Streams that exist already. */
  readonly streams?: ExistingStreams | undefined;
}

export function ingestOf(
  scope: Construct,
  id: string,
  { pipeline, source, place, topics, settings, streams = {} }: IngestProps,
): Ingest {
  if (source.kind === 'kinesis') return new KinesisIngest(scope, id, { pipeline, source, settings, existing: streams });
  if (topics === undefined)
    throw new TidemarkError(
      'internal',
      'NO_CLUSTER',
      `topic ${source.topic} must have a cluster, got none; report this as a defect`,
    );
  return new KafkaIngest(scope, id, { pipeline, source, place, topics, settings });
}
