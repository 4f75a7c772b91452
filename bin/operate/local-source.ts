import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import { describeStream } from '../../adapters/kinesis/stream-facts.ts';
import type { KafkaConnection } from '../../adapters/kafka/connection.ts';
import { KafkaTopics } from '../../adapters/kafka/topics.ts';
import { SYSTEM_CLOCK } from '../../adapters/shared/system-clock.ts';
import type { Topology } from '../../engine/topology.ts';
import type { ShardCatalog } from '../../engine/ports.ts';
import type { FlagTexts } from '../../local/cli/flags.ts';
import { brokersOf } from '../../local/cli/local-options.ts';
import { kinesisClient } from '../../local/aws/clients.ts';
import { localConnect } from '../../local/kafka/environment.ts';
import { findTopic } from '../../local/kafka/topic.ts';
import type { LossSource } from '../../operate/accept-loss/accept-loss.ts';
import { streamSource, type PlacedSource } from '../../operate/place.ts';

/** A local pipeline's source: a stream of the emulator, or a topic of the user's own brokers. */
export interface LocalSourceView {
  readonly placed: PlacedSource;
  /** Tells what its partitions have left, and what a log has left out of them. */
  readonly catalog: ShardCatalog & LossSource;
  /** The brokers of a topic; undefined for a stream. */
  readonly connection: KafkaConnection | undefined;
  close(): Promise<void>;
}

/** Finds the source, once the emulator is there. @returns undefined when there is none */
export type FindSource = (kinesisEndpoint: string) => Promise<LocalSourceView | undefined>;

/** @throws INVALID_SETTING (invalid) for a topic without --kafka */
export function sourceFinder(topology: Topology, flags: FlagTexts): FindSource {
  const { source } = topology;
  if (source.kind === 'kinesis') return (endpoint) => findStreamSource(endpoint, source.stream);
  const brokers = brokersOf(topology, flags);
  return () => findTopicSource(brokers, source.topic);
}

async function findStreamSource(endpoint: string, name: string): Promise<LocalSourceView | undefined> {
  const client = kinesisClient(endpoint);
  const stream = await describeStream(client, name);
  if (stream !== undefined)
    return {
      placed: streamSource(stream),
      catalog: new KinesisShards(client),
      connection: undefined,
      close: async () => client.destroy(),
    };
  client.destroy();
  return undefined;
}

async function findTopicSource(brokers: readonly string[], name: string): Promise<LocalSourceView | undefined> {
  const connect = localConnect(brokers);
  const connection = await connect();
  const topic = await findTopic(connection, name);
  if (topic === undefined) return undefined;
  const catalog = new KafkaTopics(connect, SYSTEM_CLOCK);
  return {
    placed: { name, incarnation: topic.incarnation, partitions: topic.shards },
    catalog,
    connection,
    close: () => catalog.close(),
  };
}
