import { failureText, type KafkaConnection } from '../../adapters/kafka/connection.ts';
import { TopicAdmin, type FoundTopic } from '../../adapters/kafka/topic-admin.ts';
import { requireSetting, TidemarkError } from '../../engine/errors.ts';
import type { StreamInfo } from '../aws/stream.ts';

/**
 * The topic of the user's own broker, created when it is not there yet.
 *
 * @param partitions as asked for by the user; undefined: what the topic has, or 4
 * @param configs of a topic that has to be created
 * @throws BROKER_UNREACHABLE (invalid) with a line that says how to start one
 * @throws INVALID_SETTING (invalid) `shards must be 4, as the topic has, got 2; …`
 */
export async function ensureTopic(
  connection: KafkaConnection,
  topic: string,
  partitions: number | undefined,
  configs: Readonly<Record<string, string>> = {},
): Promise<StreamInfo> {
  return withAdmin(connection, async (admin) => {
    const isThere = await exists(admin, connection, topic);
    const wanted = { name: topic, partitions: partitions ?? 4, replicationFactor: -1, configs };
    const madeId = isThere ? undefined : await admin.create(wanted);
    const has = await admin.untilServing(topic, SERVING_WAIT_MS, madeId);
    requireSetting(
      'shards',
      partitions ?? has.partitions,
      partitions === undefined || partitions === has.partitions,
      `${has.partitions}, as the topic has`,
      'leave it out, or delete the topic',
    );
    return infoOf(topic, has);
  });
}

/**
 * The topic as it is.
 *
 * @returns undefined when there is none
 * @throws BROKER_UNREACHABLE (invalid)
 */
export async function findTopic(connection: KafkaConnection, topic: string): Promise<StreamInfo | undefined> {
  return withAdmin(connection, async (admin) =>
    (await exists(admin, connection, topic))
      ? infoOf(topic, await admin.untilServing(topic, SERVING_WAIT_MS))
      : undefined,
  );
}

async function withAdmin<T>(connection: KafkaConnection, use: (admin: TopicAdmin) => Promise<T>): Promise<T> {
  const admin = new TopicAdmin(connection, { retries: 8 }); // a broker that was just started takes a moment
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}

async function exists(admin: TopicAdmin, { brokers }: KafkaConnection, topic: string): Promise<boolean> {
  try {
    return await admin.exists(topic);
  } catch (cause) {
    throw new TidemarkError(
      'invalid',
      'BROKER_UNREACHABLE',
      `broker at ${brokers.join(',')} must answer, got ${failureText(cause)}; ${HOW_TO_START_ONE}`,
      { cause },
    );
  }
}

function infoOf(name: string, { id, partitions }: FoundTopic): StreamInfo {
  return {
    name,
    arn: '',
    incarnation: id,
    createdAtMs: numberOf(id),
    shards: Array.from({ length: partitions }, (_, partition) => String(partition)),
  };
}

/** For a machine without a broker. */
export const HOW_TO_START_ONE =
  'start one with: docker run --rm -p 9092:9092 apache/kafka, and pass --kafka localhost:9092';

const SERVING_WAIT_MS = 10_000;

/** The files of the local runner know a stream by a number: one that stands for the topic's id. */
function numberOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
