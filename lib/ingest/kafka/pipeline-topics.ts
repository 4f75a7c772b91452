import { Construct } from 'constructs';
import { requireSetting } from '../../../engine/errors.ts';
import { deployedSources, type DeployedTopology } from '../../deployed-topology.ts';
import { idOf } from '../../id-of.ts';
import type { StageSettings } from '../../settings.ts';
import type { KafkaCluster } from './cluster.ts';
import type { TopicSettings } from './settings.ts';
import { KafkaTopic } from './topic.ts';
import { TopicProvider } from './topic-provider.ts';
import { topicSettings } from './topic-settings.ts';

export interface PipelineTopicsProps {
  readonly topology: DeployedTopology;
  readonly cluster: KafkaCluster;
  readonly settings: StageSettings;
}

interface UsedTopic {
  readonly use: 'source' | 'results';
  /** By what it is for, not by its name: a topic of another name is another version of the same resource. Those of further sources have it. */
  readonly id: string;
  readonly topic: string;
  readonly cleanup: TopicSettings['cleanup'];
}

/** The topics of a pipeline and the cluster that they are in. Those that somebody else owns are not made. */
export class PipelineTopics extends Construct {
  readonly cluster: KafkaCluster;
  readonly #made = new Map<string, KafkaTopic>();

  /** @throws INVALID_SETTING when the topic that is read would be compacted */
  constructor(scope: Construct, id: string, { topology, cluster, settings }: PipelineTopicsProps) {
    super(scope, id);
    this.cluster = cluster;
    const wanted = topicsOf(topology).flatMap((used) => {
      const found = topicSettings(used.topic, used.cleanup, settings);
      if (found === undefined) return [];
      if (used.use === 'source') requireWhole(used.topic, found);
      return [{ ...used, topicSettings: found }];
    });
    if (wanted.length === 0) return;
    const provider = new TopicProvider(this, 'Provider', { cluster, settings });
    for (const { id: part, topic, topicSettings } of wanted)
      this.#made.set(topic, new KafkaTopic(this, part, { topic, topicSettings, cluster, provider }));
  }

  /** Who waits for a topic waits for this. @returns undefined: it is there already */
  made(topic: string): KafkaTopic | undefined {
    return this.#made.get(topic);
  }
}

/** Compaction takes away all but the newest record of a key, counted or not (PL-15). @throws INVALID_SETTING */
function requireWhole(topic: string, { cleanup }: TopicSettings): void {
  requireSetting(
    `kafka.topics.${topic}.cleanup`,
    cleanup,
    cleanup === 'delete',
    "'delete' for a topic that is read: compaction would take records before they are counted",
    'leave it out',
  );
}

/** The topics that a pipeline reads from and puts its results into. */
export function topicsOf(topology: Pick<DeployedTopology, 'source' | 'sources' | 'sinks'>): UsedTopic[] {
  return [
    ...deployedSources(topology).flatMap((source, place) =>
      source.kind === 'kafka'
        ? [{ use: 'source', id: idOf('Source', source.topic, place), topic: source.topic, cleanup: 'delete' } as const]
        : [],
    ),
    ...topology.sinks.flatMap((sink) =>
      sink.kind === 'topic' ? [{ use: 'results', id: 'Results', topic: sink.topic, cleanup: 'compact' } as const] : [],
    ),
  ];
}
