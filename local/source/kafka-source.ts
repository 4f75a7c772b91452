import { randomUUID } from 'node:crypto';
import { Consumer, Producer } from '@platformatic/kafka';
import { clientOptions, type KafkaConnection } from '../../adapters/kafka/connection.ts';
import { MAX_HASH } from '../../engine/codec/key-hash.ts';
import { KafkaReader } from '../../adapters/kafka/reader.ts';
import { KafkaEventSource } from '../kafka/event-source.ts';
import { kafkaTarget } from '../kafka/target.ts';
import { ensureTopic } from '../kafka/topic.ts';
import type { SourceFiles } from '../storage/data-dir.ts';
import { readJsonFile, writeJsonFile } from '../storage/json-file.ts';
import type { LocalSource } from './local-source.ts';

/** A topic of the user's own broker. */
export async function kafkaSource(
  connection: KafkaConnection,
  pipeline: string,
  topic: string,
  partitions: number | undefined,
): Promise<LocalSource> {
  const stream = await ensureTopic(connection, topic, partitions);
  const consumer = new Consumer({ ...clientOptions(connection), groupId: 'tidemark-feeder' }); // reads without the group
  const reader = new KafkaReader(consumer);
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({ ...clientOptions(connection), idempotent: true });
  return {
    stream,
    handler: 'process-kafka',
    environment: { TIDEMARK_PARTIAL_BATCHES: 'yes' },
    target: kafkaTarget(producer, reader, topic, stream.shards.length),
    eventSource: ({ files, ...settings }) =>
      new KafkaEventSource({
        ...settings,
        connection,
        topic,
        groupId: groupOf(pipeline, files),
        partitions: stream.shards.length,
      }),
    isEmpty: async () =>
      [...(await reader.ranges(topic, stream.shards.map(Number))).values()].every(({ start, end }) => start === end),
    shards: async () =>
      new Map(stream.shards.map((partition) => [partition, { fromHash: 0n, toHash: MAX_HASH, parents: [] }])),
    close: async () => {
      await Promise.all([consumer.close(true), producer.close(true)]);
    },
  };
}

/** The group of this data dir: whoever starts over begins at the topic's first record, as a new group does. */
function groupOf(pipeline: string, files: SourceFiles): string {
  const known = groupIn(files);
  if (known !== undefined) return known;
  const groupId = `tidemark-local-${pipeline}-${randomUUID()}`;
  writeJsonFile(files.checkpointFile, { groupId });
  return groupId;
}

/** The group that a data dir has begun for a topic; undefined when it has none. */
export function groupIn({ checkpointFile }: Pick<SourceFiles, 'checkpointFile'>): string | undefined {
  return readJsonFile<{ readonly groupId: string }>(checkpointFile)?.groupId;
}
