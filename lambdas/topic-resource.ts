import type { FoundTopic, WantedTopic } from '../adapters/kafka/topic-admin.ts';
import { requireSetting, TidemarkError } from '../engine/errors.ts';

/** A topic as the template describes it. CloudFormation makes text of numbers and truths. */
export interface TopicProperties {
  readonly topic: string;
  /** @example '3' */
  readonly partitions: string;
  /** @example '3' */
  readonly replicationFactor: string;
  /** @example { 'retention.ms': '86400000' } */
  readonly configs: Readonly<Record<string, string>>;
  /** The topic goes with the stack, if the stack has made it. */
  readonly deleteWithStack: 'true' | 'false';
}

/** What CloudFormation knows a topic by: another topic is another resource, whatever its name. */
export interface TopicIdentity {
  readonly name: string;
  readonly id: string;
  /** Whether the resource has made it, or found it there. */
  readonly origin: 'created' | 'found';
}

/** @throws INVALID_SETTING */
export function wantedTopic({ topic: name, partitions, replicationFactor, configs }: TopicProperties): WantedTopic {
  return {
    name,
    partitions: wholeNumber('partitions', partitions),
    replicationFactor: wholeNumber('replicationFactor', replicationFactor),
    configs,
  };
}

/** Settings that the template had and has no more: they are given back to the brokers. */
export function droppedConfigs(before: TopicProperties | undefined, { topic, configs }: TopicProperties): string[] {
  return before?.topic === topic ? Object.keys(before.configs).filter((name) => !Object.hasOwn(configs, name)) : [];
}

/**
 * A topic never gets more partitions: keys would move away from their state (PL-27).
 *
 * @throws PARTITIONS_DIFFER (invalid)
 */
export function requirePartitions({ name, partitions }: WantedTopic, found: FoundTopic): void {
  if (found.partitions === partitions) return;
  const remedy = `say ${found.partitions}, or begin another topic with ${partitions}: keys that move to other partitions lose their state`;
  throw new TidemarkError(
    'invalid',
    'PARTITIONS_DIFFER',
    `partitions of topic ${name} must be ${found.partitions}, as it has, got ${partitions}; ${remedy}`,
  );
}

/**
 * The physical id of the resource. Who made the topic is told by whoever made it: an event that comes again finds the topic,
 * so the answer to the event before it holds as long as the topic is the same.
 */
export function physicalIdOf({ name, id, origin }: TopicIdentity, before: string | undefined): string {
  const previous = before === undefined ? undefined : identityOf(before);
  const isSame = previous?.name === name && previous.id === id;
  return [name, id, isSame ? previous.origin : origin].join('/');
}

/** @returns undefined: it is none of ours, e.g. of a creation that failed */
export function identityOf(physicalId: string): TopicIdentity | undefined {
  const [name, id, origin, ...more] = physicalId.split('/');
  if (name === undefined || id === undefined || (origin !== 'created' && origin !== 'found') || more.length > 0)
    return undefined;
  return { name, id, origin };
}

/** The topic to delete with the resource; undefined: none. */
export function topicToDelete(physicalId: string, { deleteWithStack }: TopicProperties): TopicIdentity | undefined {
  const identity = identityOf(physicalId);
  return deleteWithStack === 'true' && identity?.origin === 'created' ? identity : undefined;
}

function wholeNumber(name: string, text: string): number {
  return Number(
    requireSetting(
      name,
      text,
      /^\d+$/.test(text),
      'a whole number',
      'deploy it again with the construct of this version',
    ),
  );
}
