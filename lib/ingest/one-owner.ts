import { TidemarkError } from '../../engine/errors.ts';
import { deployedSources, type DeployedTopology } from '../deployed-topology.ts';
import type { StageSettings } from '../settings.ts';
import { topicsOf } from './kafka/pipeline-topics.ts';

/** A stream or a topic that a stack would create. */
interface Created {
  readonly kind: 'stream' | 'topic';
  readonly name: string;
}

const REMEDIES = {
  stream: 'put its ARN into existingStreamArns',
  topic: "say 'existing' in kafka.topics and create it once",
};

/**
 * Two pipelines may share a stream or a topic, each reading it or putting its results there, but two stacks cannot both create it.
 *
 * @throws STREAM_HAS_TWO_OWNERS, TOPIC_HAS_TWO_OWNERS (invalid)
 */
export function requireOneOwner(topologies: readonly DeployedTopology[], settings: StageSettings): void {
  const owners = new Map<string, string>();
  const created = topologies.flatMap((topology) =>
    createdBy(topology, settings).map((what) => ({ pipeline: topology.name, what })),
  );
  for (const {
    pipeline,
    what: { kind, name },
  } of created) {
    const owner = owners.get(`${kind} ${name}`);
    if (owner !== undefined) {
      const text = `${kind} ${name} must be created by one pipeline, got ${JSON.stringify([owner, pipeline])}; ${REMEDIES[kind]}`;
      throw new TidemarkError('invalid', `${kind.toUpperCase()}_HAS_TWO_OWNERS`, text, {
        context: { [kind]: name, owner, name: pipeline },
      });
    }
    owners.set(`${kind} ${name}`, pipeline);
  }
}

function createdBy(topology: DeployedTopology, { existingStreamArns, kafka }: StageSettings): Created[] {
  const streams = [
    ...deployedSources(topology).flatMap((source) => (source.kind === 'kinesis' ? [source.stream] : [])),
    ...topology.sinks.flatMap((sink) => (sink.kind === 'stream' ? [sink.stream] : [])),
  ];
  const topics = topicsOf(topology).map(({ topic }) => topic);
  return [
    ...streams
      .filter((name) => !Object.hasOwn(existingStreamArns, name))
      .map((name) => ({ kind: 'stream', name }) as const),
    ...topics
      .filter((name) => !Object.hasOwn(kafka.topics, name) || kafka.topics[name] !== 'existing')
      .map((name) => ({ kind: 'topic', name }) as const),
  ];
}
