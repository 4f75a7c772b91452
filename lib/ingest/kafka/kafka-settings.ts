import { requireTopicName } from '../../../engine/dsl/sources.ts';
import { requireSetting } from '../../../engine/errors.ts';
import { requireInteger } from '../../require-integer.ts';
import { requireCluster } from './require-cluster.ts';
import type { KafkaSettings } from './settings.ts';

const POLLING = ['on-demand', 'provisioned'];
const SERVICES = ['kinesis-streams', 'glue', 'sqs'];

/**
 * What a stage says of Kafka: defaults, then `overrides`.
 *
 * @throws INVALID_SETTING
 */
export function kafkaSettings(overrides: Partial<KafkaSettings> = {}): KafkaSettings {
  const settings: KafkaSettings = {
    cluster: { kind: 'serverless' },
    topics: {},
    polling: { mode: 'on-demand' },
    services: [],
    ...overrides,
  };
  requireCluster(settings.cluster);
  for (const [topic, given] of Object.entries(settings.topics)) requireTopic(topic, given);
  const { polling, services } = settings;
  requireSetting(
    'kafka.polling.mode',
    polling.mode,
    POLLING.includes(polling.mode),
    POLLING.join(' or '),
    'leave kafka.polling out for the default',
  );
  if (polling.mode === 'provisioned') {
    requireInteger('kafka.polling.minPollers', polling.minPollers, 1, 200);
    requireInteger('kafka.polling.maxPollers', polling.maxPollers, polling.minPollers, 2_000);
  }
  for (const service of services)
    requireSetting(
      'kafka.services',
      service,
      SERVICES.includes(service),
      SERVICES.join(' or '),
      'what the other settings ask for is added by itself',
    );
  return Object.freeze(settings);
}

function requireTopic(topic: string, given: KafkaSettings['topics'][string]): void {
  const name = `kafka.topics.${topic}`;
  requireTopicName(topic);
  if (given === 'existing') return;
  const { partitions, retentionHours, cleanup } = given;
  if (partitions !== undefined) requireInteger(`${name}.partitions`, partitions, 1, 10_000);
  if (retentionHours !== undefined) requireInteger(`${name}.retentionHours`, retentionHours, 1, 8_760);
  if (cleanup !== undefined)
    requireSetting(
      `${name}.cleanup`,
      cleanup,
      cleanup === 'delete' || cleanup === 'compact',
      "'delete' or 'compact'",
      'leave it out for the default',
    );
}
