import { hours } from '../../../engine/time/duration.ts';
import type { StageSettings } from '../../settings.ts';
import type { TopicSettings } from './settings.ts';

/**
 * What the stage says of a topic, the rest by default.
 *
 * @param cleanup by default
 * @returns undefined: the topic is somebody else's
 */
export function topicSettings(
  name: string,
  cleanup: TopicSettings['cleanup'],
  { kafka: { topics }, streamRetentionHours }: Pick<StageSettings, 'kafka' | 'streamRetentionHours'>,
): TopicSettings | undefined {
  const said = Object.hasOwn(topics, name) ? topics[name] : undefined;
  return said === 'existing'
    ? undefined
    : { partitions: 3, retentionHours: streamRetentionHours, cleanup, deleteWithStack: false, ...said };
}

/** The same in Kafka's words. A compacted topic forgets nothing by age. */
export function topicConfigs({ cleanup, retentionHours }: TopicSettings): Record<string, string> {
  return {
    'cleanup.policy': cleanup,
    ...(cleanup === 'delete' ? { 'retention.ms': String(hours(retentionHours)) } : {}),
  };
}
