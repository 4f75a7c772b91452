import { requireSetting } from '../../../engine/errors.ts';
import type { DeployedTopology } from '../../deployed-topology.ts';
import type { StageSettings } from '../../settings.ts';
import { topicsOf } from './pipeline-topics.ts';

/** Topics of `kafka.topics` that none of these pipelines reads or puts its results into. */
export function unusedTopics(
  topologies: readonly DeployedTopology[],
  { kafka }: Pick<StageSettings, 'kafka'>,
): string[] {
  const used = new Set(topologies.flatMap((topology) => topicsOf(topology).map(({ topic }) => topic)));
  return Object.keys(kafka.topics).filter((topic) => !used.has(topic));
}

/**
 * A setting for a topic that no pipeline has is misspelt: what it says would be said of no topic, in silence.
 *
 * @param topologies all that there are, also those that are not deployed now
 * @throws INVALID_SETTING
 */
export function requireKnownTopics(
  topologies: readonly DeployedTopology[],
  settings: Pick<StageSettings, 'kafka'>,
): void {
  const known = [...new Set(topologies.flatMap((topology) => topicsOf(topology).map(({ topic }) => topic)))].sort();
  for (const topic of unusedTopics(topologies, settings)) {
    requireSetting(
      'topic in kafka.topics',
      topic,
      false,
      `one of ${known.join(', ') || 'none'}`,
      'correct the name, or leave it out',
    );
  }
}
