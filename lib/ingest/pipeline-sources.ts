import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { requireSetting } from '../../engine/errors.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import type { PipelineHandler } from '../../lambdas/bundle.ts';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import { deployedSources, reachesBrokers, type DeployedTopology } from '../deployed-topology.ts';
import { idOf, shortName } from '../id-of.ts';
import type { ExistingStreams } from '../kinesis-stream.ts';
import { schemaAccess, type SchemaAccess } from '../process/schema-access.ts';
import type { StageSettings } from '../settings.ts';
import { ingestOf, type Ingest } from './ingest.ts';
import type { KafkaCluster, KafkaNetwork } from './kafka/cluster.ts';
import type { PipelineTopics } from './kafka/pipeline-topics.ts';
import { RawArchive } from './raw-archive.ts';

/** A source of a pipeline, and what a function needs that reads it. */
export interface PipelineSource {
  readonly name: string;
  readonly ingest: Ingest;
  readonly schemas: SchemaAccess;
  /** Beyond what all functions of the pipeline have. */
  readonly environment: Partial<FunctionEnvironment>;
  /** Where its functions stand; undefined: outside of any VPC. */
  readonly network: KafkaNetwork | undefined;
}

export interface PipelineSourcesProps {
  readonly topology: DeployedTopology;
  readonly settings: StageSettings;
  /** undefined: the pipeline has no topic. */
  readonly topics: PipelineTopics | undefined;
  readonly streams?: ExistingStreams | undefined;
}

/**
 * The sources of a pipeline. Each has functions of its own, which know and may read no other: the first one under the ids that it
 * would have alone, the others under their names.
 */
export class PipelineSources {
  readonly all: readonly [PipelineSource, ...PipelineSource[]];
  readonly #scope: Construct;
  readonly #props: PipelineSourcesProps;
  readonly #cluster: KafkaCluster | undefined;

  /** @throws NEEDS_SCHEMA_REGISTRY (invalid) */
  constructor(scope: Construct, props: PipelineSourcesProps) {
    this.#scope = scope;
    this.#props = props;
    this.#cluster = props.topics?.cluster;
    const all = deployedSources(props.topology).map((_, place) => this.#source(place));
    this.all = all as [PipelineSource, ...PipelineSource[]];
  }

  /** Of the functions that read them, each once. */
  get handlers(): readonly PipelineHandler[] {
    return [...new Set(this.all.flatMap(({ ingest }) => Object.values(ingest.handlers)))];
  }

  /** Of functions that read none: what the only source needs is theirs too, since it always was. */
  get receiverEnvironment(): Partial<FunctionEnvironment> {
    const [first, ...further] = this.all;
    return further.length === 0 ? first.environment : { ...this.#cluster?.environment };
  }

  /** Keeps their records, each source in a folder of its own. */
  archive(bucket: IBucket): void {
    const { topology, settings } = this.#props;
    for (const [place, { name, ingest }] of this.all.entries()) {
      const folder = `${topology.name}/raw${place === 0 ? '' : `/source=${shortName(name)}`}`;
      new RawArchive(this.#scope, idOf('Archive', name, place), { ingest, bucket, folder, settings });
    }
  }

  /** @throws INVALID_SETTING when there is none of the name */
  named(name: string): PipelineSource {
    const found = this.all.find((source) => source.name === name);
    const known = this.all.map((source) => source.name).join(', ');
    requireSetting('source', name, found !== undefined, `one of ${known}`, 'correct the name');
    return found as PipelineSource;
  }

  #source(place: number): PipelineSource {
    const { topology, settings, topics, streams } = this.#props;
    const source = deployedSources(topology)[place] as DeployedTopology['source'];
    const name = nameOfSource(source);
    const id = idOf('Ingest', name, place);
    const ingest = ingestOf(this.#scope, id, { pipeline: topology.name, source, place, topics, settings, streams });
    const schemas = schemaAccess(topology.name, source, settings);
    const cluster = reachesBrokers(source, topology) ? this.#cluster : undefined;
    return {
      name,
      ingest,
      schemas,
      environment: {
        ...ingest.environment,
        ...cluster?.environment,
        ...schemas.environment,
        ...(place === 0 ? {} : { TIDEMARK_SOURCE: name }),
      },
      network: cluster?.network,
    };
  }
}
